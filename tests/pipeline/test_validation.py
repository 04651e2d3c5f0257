"""A run of `evenkeel tune` with a validation part: who reads which rows, what is searched for, what is said."""

import pathlib
import shlex
import subprocess
import sys

import pytest

from pipeline.config import load_config
from tests.pipeline.conftest import write_funnel

# TFX warns of itself.
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]

CHOOSES = ["data.split.validation_share=0.2", "training.keep=main_tasks"]
RATE = "training.dense_optimizer.learning_rate"
# The declared rate is far too small to learn anything by, so any other is better.
SEARCHES = [
    "search={trials: 3, finalists: 1, seeds: 2, method: random}",
    f"{RATE}={{value: 1e-6, search: {{log: [1e-6, 0.05]}}}}",
    "model.tower={value: [8], search: {choices: [[8], [12]]}}",
]


ROOT = pathlib.Path(__file__).resolve().parents[2]
TUNE = "from pipeline.cli import main; main()"


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """The command as its user calls it: the configuration's path, and what became of it."""
    path = write_funnel(tmp_path_factory.mktemp("validated"))
    sets = [word for assignment in (*CHOOSES, *SEARCHES) for word in ("--set", assignment)]
    done = subprocess.run(
        [sys.executable, "-c", TUNE, "tune", path, *sets], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return path, done.stdout


@pytest.fixture(scope="module")
def ran(tuned):
    """The configuration of the pipeline that has run, and the record of its run."""
    from pipeline.report import latest_run_id, read_run

    config = load_config(tuned[0], [*CHOOSES, *SEARCHES])
    run_id = latest_run_id(config.metadata_file, config.name)
    return config, read_run(config.metadata_file, run_id, pipeline=config.name, graph=config.graph)


def folders(config, output):
    return {path.name for path in pathlib.Path(config.home).glob(f"artifacts/{output}/*/Split-*")}


def test_all_rows_are_checked_and_only_those_the_trainer_reads_are_transformed(ran):
    config, _ = ran
    all_three = {"Split-train", "Split-validation", "Split-eval"}
    assert folders(config, "TaskExampleGen/examples") == all_three
    assert folders(config, "StatisticsGen/statistics") == all_three
    assert folders(config, "ExampleValidator/anomalies") == all_three
    assert folders(config, "Transform/transformed_examples") == all_three - {"Split-eval"}


def test_the_evaluator_judges_by_eval_alone(ran):
    _, run = ran
    assert list(run.split_rows) == ["train", "validation", "eval"]
    assert sum(run.split_rows.values()) == 3_000
    assert run.evaluation.overall("click").known == run.split_rows["eval"]


def test_the_epoch_was_chosen_on_validation(ran):
    _, run = ran
    losses = [interval.score for interval in run.training.intervals]
    assert run.training.watched_split == "validation"
    assert run.training.rule == "main_tasks"
    assert run.training.selected_epoch == losses.index(max(losses)) + 1


def test_what_was_searched_for_is_what_the_trainer_of_the_same_run_took(ran):
    config, run = ran
    search = run.search
    assert config.training.dense_optimizer.learning_rate == 1e-6
    assert len(search.trials) == 3
    assert search.trials[0].values == search.declared == {RATE: 1e-6, "model.tower": [8]}
    assert search.chosen != search.declared
    (taken,) = [trial for trial in search.trials if trial.values == search.chosen]
    # The same values, seed, rows and epochs make the same model, whichever node trains it.
    kept = next(one for one in run.training.intervals if one.epoch == run.training.selected_epoch)
    assert {name: kept.watched[f"{name}_loss"] for name in taken.losses} == pytest.approx(taken.losses, rel=1e-6)
    assert run.evaluation.overall("click").candidate["auc"].number > 0.55


def test_the_command_prints_what_it_took_as_it_is_declared(tuned, ran):
    path, said = tuned
    sets = [shlex.split(line, comments=True) for line in said.splitlines() if line.startswith("  --set ")]
    assert sets and all(words[0] == "--set" and len(words) == 2 for words in sets), said
    declared = load_config(path, [*CHOOSES, *(words[1] for words in sets)])
    _, run = ran
    assert declared.training.dense_optimizer.learning_rate == run.search.chosen[RATE]
    assert list(declared.model.tower) == run.search.chosen["model.tower"]
    words = " ".join(said.split())
    assert "3 trainings with values of their own, then the best 1 again by 2 seeds, against the declared" in words
    assert words.index("3 trainings") < words.index("Pushed.")
    assert "Traceback" not in said and "WARNING" not in said


def test_a_finished_search_leaves_no_checkpoints_and_shows_itself(ran, tmp_path):
    from pipeline.report import write_report

    config, run = ran
    left = [path.name for path in pathlib.Path(config.home, "checkpoints").glob("*/step-*")]
    assert left == []
    page = pathlib.Path(write_report(run, str(tmp_path))).read_text()
    assert "3 trainings with values of their own" in page
    assert "Trials by values and score" in page
    assert f"{RATE}=" in page


def test_the_report_shows_three_splits_and_whose_curves_they_are(ran, tmp_path):
    from pipeline.report import write_report

    _, run = ran
    page = pathlib.Path(write_report(run, str(tmp_path))).read_text()
    assert "<span><i></i>validation</span>" in page
    assert "a sample of validation rows" in page
    assert "<th>validation</th>" in page
    assert "known in validation" in page
