"""A run with twins says what sharing does; one without asks nothing of them."""

import os
import pathlib

import pytest

from components.comparison.cell import Reference, Status
from components.comparison.stored import read_comparison
from components.gate.metrics import Metric
from components.trainer.record import read_record

COMPARISON = "comparison.json"

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.


@pytest.fixture(scope="module")
def gates(funnel):
    """What the gate reported of both runs."""
    from pipeline.report import read_run

    store = os.path.join(funnel.config.home, "metadata.sqlite")
    config = funnel.config
    return [read_run(store, run_id, pipeline=config.name, graph=config.graph).gate for run_id in funnel.run_ids]


def test_every_main_task_is_judged_against_its_twin_for_all_rows_and_by_slice(gates):
    without, judged = gates
    assert without.verdicts == ()
    everywhere, *slices = judged.verdicts
    assert everywhere.slice == ()
    assert [(task.task, task.metric) for task in everywhere.tasks] == [
        ("click", Metric.AUC), ("conversion", Metric.AUC),
    ]  # fmt: skip
    assert slices
    assert {column for verdict in slices for column, _ in verdict.slice} == {"category_0"}


def test_the_report_names_the_twins_and_a_run_without_does_not_miss_them(gates):
    without, judged = gates
    assert "twins" not in without.references | without.missing
    assert judged.references["twins"].endswith("on the same rows")


def test_each_output_is_compared_with_its_own_twin_on_its_own_rows(funnel):
    comparisons = [read_comparison(str(path.parent)) for path in pathlib.Path(funnel.config.home).rglob(COMPARISON)]
    comparison = next(found for found in comparisons if Reference.TWINS in found.references)
    cells = [cell for cell in comparison.cells if cell.against is Reference.TWINS and cell.slice == ()]
    aucs = {cell.output: cell for cell in cells if cell.metric == "auc"}
    assert set(aucs) == {"click", "conversion", "ctcvr", "score", "score/other"}
    # Twins of a run answer what tasks answer; a score of several is not theirs.
    assert {cell.output for cell in cells if cell.status is Status.NOT_COMPARABLE} == {"score", "score/other"}
    # A network of its own has learnt something, and is not the candidate.
    assert aucs["click"].reference.value > 0.55
    assert aucs["click"].difference.value != 0
    assert aucs["conversion"].rows == aucs["click"].positives


def test_a_twin_takes_the_steps_of_the_model_it_is_compared_with(funnel):
    artifacts = pathlib.Path(funnel.config.home, "artifacts")
    (trained,) = {_steps(path.parent) for path in artifacts.glob("Trainer/model_run/*/training.json")}
    twins = {path.parent.name: _steps(path.parent) for path in artifacts.glob("SingleTaskTwins/model/*/twins/*/*.json")}
    assert twins == dict.fromkeys(("click", "conversion", "ctcvr"), trained)
    assert len(trained) == funnel.config.training.epochs


def _steps(folder):
    """The step at which each epoch's losses were looked at."""
    return tuple(interval.step for interval in read_record(str(folder)).intervals)
