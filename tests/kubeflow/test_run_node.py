"""The container's entry point ends with a status that says whether a retry may help, and a line that says why."""

import datetime
import logging
import os
import pathlib
import signal

import pytest

from kubeflow import node_run
from kubeflow.errors import EvictedError, MetadataUnusableError
from kubeflow.parameters import SCHEDULED_DATE, scheduled_date
from kubeflow.run_node import DONE, FINAL, RETRY, main
from models.errors import ConfigError
from tests.kubeflow.conftest import ROOT, cluster_section

TAXI = str(ROOT / "configs" / "chicago_taxi.yaml")


@pytest.fixture(autouse=True)
def as_before():
    """A process has one handler of signals and one log: these are the test runner's."""
    heard, root = signal.getsignal(signal.SIGTERM), logging.getLogger()
    handlers, level, disabled = root.handlers[:], root.level, logging.root.manager.disable
    yield
    signal.signal(signal.SIGTERM, heard)
    root.handlers[:], root.level = handlers, level
    logging.disable(disabled)


@pytest.fixture
def start(capsys, monkeypatch):
    """Runs the entry point with a node whose work is `work`; returns the status and what was logged."""

    def run(*options, is_done=lambda: False, work=lambda: None, config=TAXI, run_id="r1"):
        monkeypatch.setattr(node_run.NodeRun, "is_done", lambda self: is_done())
        monkeypatch.setattr(node_run.NodeRun, "prepare", lambda self: None)
        monkeypatch.setattr(node_run.NodeRun, "do", lambda self: work())
        sets = [word for assignment in cluster_section() for word in ("--set", assignment)]
        words = ["--node", "Trainer", "--config", config, "--run-id", run_id, "--fingerprint", "0" * 16]
        return main([*words, *sets, *options]), capsys.readouterr().out

    return run


def raiser(error):
    def work():
        raise error

    return work


def test_work_that_is_done_is_done_once(start):
    done = []
    status, said = start(work=lambda: done.append(1))
    assert (status, done) == (DONE, [1])
    status, said = start(is_done=lambda: True, work=lambda: done.append(1))
    assert (status, done) == (DONE, [1])
    assert said.splitlines()[-1].endswith("was done by an earlier attempt")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("the disk is full"), RETRY),
        (EvictedError("asked to end"), RETRY),
        (MetadataUnusableError("does not answer", passing=True), RETRY),
        (MetadataUnusableError("of another release", passing=False), FINAL),
        (ConfigError("kubeflow", ["another fingerprint"]), FINAL),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_status_says_whether_a_retry_may_help(start, error, expected):
    status, said = start(work=raiser(error))
    assert status == expected
    (line,) = [line for line in said.splitlines() if " ERROR " in line]
    assert str(error) in line and " run=r1 node=Trainer " in line


def test_a_request_to_end_is_heard_wherever_the_work_is(start):
    status, said = start(work=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert status == RETRY
    assert "asked to end by SIGTERM: the attempt is given up, a retry begins anew." in said


def test_a_configuration_that_is_wrong_is_not_tried_again(start):
    status, said = start(config="nowhere.yaml")
    assert status == FINAL
    assert "nowhere.yaml:1:1: the file cannot be read" in said


def test_an_override_that_is_left_empty_is_none(start):
    assert start("--override", "training.epochs=")[0] == DONE
    assert start("--override", "training.epochs=0")[0] == FINAL


def test_a_date_that_the_schedule_did_not_write_is_none(start, tmp_path):
    dated = (pathlib.Path(TAXI).read_text()).replace("simple/data.csv", "{YYYY}-{MM}-{DD}.csv")
    assert "{YYYY}" in dated
    (tmp_path / "dated.yaml").write_text(dated)
    known = ["--config", str(tmp_path / "dated.yaml"), "--span-days", "7"]
    assert start(*known, "--run-date", "2026-11-22")[0] == DONE
    status, said = start(*known, "--run-date", SCHEDULED_DATE)
    assert status == DONE
    assert f"Kubeflow left {SCHEDULED_DATE} as it was: the run goes by the day on which it began" in said
    assert start(*known, "--run-date", "last night")[0] == FINAL


@pytest.mark.parametrize(
    ("given", "date", "days_back"),
    [
        ("2026-11-01 less 1", "data.run_date='2026-10-31'", 1),
        ("2026-11-01", "data.run_date='2026-11-01'", 0),
        (scheduled_date(2), None, 2),  # As Kubeflow may leave it.
        ("2026-11-01 less a day", "data.run_date='2026-11-01 less a day'", 0),
    ],
)
def test_a_run_may_read_up_to_days_before_the_scheduled_one(start, monkeypatch, given, date, days_back):
    made = []
    monkeypatch.setattr(node_run.NodeRun, "__init__", lambda self, **options: made.append(options))
    assert start("--run-date", given)[0] == DONE
    assert (made[0]["overrides"], made[0]["days_back"]) == ([date] if date else [], days_back)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # TFX warns of itself.
def test_without_a_date_the_days_count_back_from_the_day_on_which_the_run_began(monkeypatch):
    asked = []

    def told(config, *, today, **_):
        asked.append(today)
        raise EvictedError

    monkeypatch.setattr("pipeline.run_date.with_run_date", told)
    monkeypatch.setattr("kubeflow.intermediate.fingerprint_of", lambda config: "0" * 16)
    for days_back in (0, 1):
        with pytest.raises(EvictedError):
            run = node_run.NodeRun(
                node="Trainer",
                run_id="r1",
                path=TAXI,
                assignments=cluster_section(),
                overrides=[],
                fingerprint="0" * 16,
                days_back=days_back,
            )
            run._compiled()
    today, yesterday = map(datetime.date.fromisoformat, asked)
    assert (today - yesterday).days == 1


@pytest.mark.parametrize("run_id", ["", "{{$.pipeline_job_uuid}}"])
def test_a_run_without_its_id_is_no_run(start, run_id, capsys):
    with pytest.raises(SystemExit) as left:
        start(run_id=run_id)
    assert left.value.code == FINAL
    assert "--run-id: must be the run's id, got" in capsys.readouterr().err


def test_libraries_speak_only_when_it_matters(start):
    def work():
        logging.getLogger("absl").info("resolved inputs")
        logging.getLogger("absl").warning("a file is missing")
        logging.getLogger("components.trainer").info("epoch 1")

    _, said = start(work=work)
    assert "resolved inputs" not in said and "a file is missing" in said and "epoch 1" in said
