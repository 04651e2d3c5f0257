"""`evenkeel kubeflow ...` from the command line to the API."""

import pytest
from click.testing import CliRunner

from pipeline.cli import evenkeel
from tests.kubeflow.conftest import ROOT, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX and kfp warn of themselves.

TAXI = str(ROOT / "configs" / "chicago_taxi.yaml")
DATED = ("--set", "data.path=taxi/{YYYY}-{MM}-{DD}.csv")
WINDOW = (*DATED, "--set", "data.window_days=7", "--set", "data.split={by: span, eval_spans: 1}")


@pytest.fixture
def ask(api):
    def run(command, *options):
        section = cluster_section(overrides="[training.epochs]")
        sets = [word for assignment in section for word in ("--set", assignment)]
        host = [] if command == "compile" else ["--host", api.host]
        return CliRunner().invoke(evenkeel, ["--verbose", "kubeflow", command, TAXI, *sets, *host, *options])

    return run


def test_a_run_is_started_with_its_date_and_what_it_overrides_and_shown(ask, api):
    done = ask("submit", *DATED, "--run-date", "2026-11-22", "--override", "training.epochs=2")
    assert done.exit_code == 0, done.output
    (run,) = api.runs.values()
    assert done.output == f"run {run['run_id']}: chicago_taxi 2026-11-22, PENDING\n"
    assert run["runtime_config"]["parameters"] == {"run_date": "2026-11-22", "training_epochs": "2"}
    shown = ask("status").output
    assert shown == f"run {run['run_id']}: chicago_taxi 2026-11-22, submitted 2026-11-22 12:00, PENDING\n"


def test_what_is_no_declared_override_is_refused_before_anything_starts(ask, api):
    done = ask("submit", "--override", "training.seed=2")
    assert done.exit_code == 2
    assert "(training.epochs), got 'training.seed=2'" in " ".join(done.output.split())
    assert not api.runs


def test_dates_are_made_up_for_in_order_until_one_fails(ask, api):
    api.ends = ["SUCCEEDED", "FAILED"]
    dates = [*DATED, "--from", "2026-11-01", "--to", "2026-11-03", "--poll-s", "0"]
    failed = ask("backfill", *dates)
    assert str(failed.exception) == "The run of 2026-11-02 ended FAILED (Trainer exited 1), so later dates wait."
    assert [run["display_name"][-5:] for run in api.runs.values()] == ["11-01", "11-02"]
    again = ask("backfill", *dates)
    assert again.exit_code == 0, again.output
    assert [run["display_name"][-5:] for run in api.runs.values()] == ["11-01", "11-02", "11-02", "11-03"]


def test_a_schedule_is_told_in_utc_with_a_warning_where_clocks_change(ask, api):
    done = ask("schedule", "--cron", "30 3 * * *", "--time-zone", "Europe/Berlin", "--catch-up")
    assert done.exit_code == 0, done.output
    (schedule,) = api.schedules.values()
    assert schedule["trigger"]["cron_schedule"]["cron"] in ("0 30 2 * * *", "0 30 1 * * *")
    assert schedule["no_catchup"] is False
    assert "warning: Kubeflow's schedule is in UTC: from 20" in done.output


def test_scheduled_runs_of_a_window_are_told_their_day(ask, api):
    assert ask("schedule", "--cron", "0 3 * * *").exit_code == 0
    (plain,) = api.schedules.values()
    assert "run_date" not in plain["runtime_config"].get("parameters", {})
    for options, expected in [((), ""), (("--days-back", "1"), " less 1")]:
        done = ask("schedule", "--cron", "0 3 * * *", *WINDOW, *options)
        assert done.exit_code == 0, done.output
        (schedule,) = api.schedules.values()
        assert schedule["runtime_config"]["parameters"] == {"run_date": f"[[ScheduledTime.2006-01-02]]{expected}"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("submit", "--override", "training.epochs=few"), "training.epochs: must be an integer, got 'few'"),
        (("submit", "--run-date", "2026-11-22"), "`run_date` needs {YYYY}, {MM} and {DD} in `path`"),
        (("backfill", "--from", "2026-11-01", "--to", "2026-11-02"), "`run_date` needs {YYYY}, {MM} and {DD}"),
        (("schedule", "--cron", "0 3 * * *", "--days-back", "1"), "`--days-back` needs `data.window_days`, got 1"),
    ],
    ids=["a value", "a date", "dates", "days back"],
)
def test_what_every_node_would_refuse_is_refused_before_anything_starts(ask, api, words, said):
    done = ask(*words)
    assert said in " ".join(f"{done.output} {done.exception}".split())
    assert not api.runs and not api.schedules


def test_the_pipeline_is_written_to_a_file(ask, tmp_path):
    done = ask("compile", "-o", str(tmp_path / "pipeline.yaml"))
    assert done.exit_code == 0, done.output
    assert "name: chicago-taxi" in (tmp_path / "pipeline.yaml").read_text()
