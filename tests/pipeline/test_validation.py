"""A run with a validation part: who reads which rows, what is searched for on it, and what the report says."""

import os
import pathlib

import pytest

from pipeline.config import load_config
from tests.pipeline.conftest import write_funnel

# TFX warns of itself.
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]

CHOOSES = ["data.split.validation_share=0.2", "training.keep=main_tasks"]
RATE = "training.dense_optimizer.learning_rate"
# The declared rate is far too small to learn anything by, so any other is better.
SEARCHES = [
    "search={trials: 3, finalists: 1, seeds: 2, method: random, when: every_run}",
    f"{RATE}={{value: 1e-6, search: {{log: [1e-6, 0.05]}}}}",
    "model.tower={value: [8], search: {choices: [[8], [12]]}}",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The configuration of a pipeline that has run, and the record of its run."""
    from pipeline.local import new_run_id, run_locally
    from pipeline.report import read_run

    config = load_config(write_funnel(tmp_path_factory.mktemp("validated")), [*CHOOSES, *SEARCHES])
    run_id = new_run_id()
    run_locally(config, run_id=run_id)
    store = os.path.join(config.home, "metadata.sqlite")
    return config, read_run(store, run_id, pipeline=config.name, graph=config.graph)


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
