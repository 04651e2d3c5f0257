"""A run with twins says what sharing does; one without asks nothing of them."""

import os
import pathlib

import numpy as np
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


def compared(funnel):
    return [read_comparison(str(path.parent)) for path in pathlib.Path(funnel.config.home).rglob(COMPARISON)]


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


def test_the_twin_of_a_score_is_its_formula_over_the_twins_answers(gates, funnel):
    from models.fusion import score_rows
    from pipeline.baseline.subject import asked_scores, subject_of

    _, judged = gates
    told = {score.task: score for score in judged.verdicts[0].scores}
    assert {name: score.metric for name, score in told.items()} == dict.fromkeys(("score", "score/other"), Metric.AUC)
    rows = subject_of(funnel.config).rows("eval", funnel.config.fusion.inputs)
    (twins,) = pathlib.Path(funnel.config.home, "artifacts").glob("SingleTaskTwins/model/*/Format-Serving")
    answers = asked_scores(str(twins), rows.serialized)
    columns = {name: np.array([text.encode() for text in own], object) if own.dtype == object else own
               for name, own in rows.raw.items()}  # fmt: skip
    scores = score_rows(funnel.config.fusion, "main", {**answers, **columns})
    labels = rows.targets["label/ctcvr"]
    above = scores[labels > 0][:, None] - scores[labels == 0][None, :]
    expected = (above > 0).mean() + (above == 0).mean() / 2
    comparison = next(found for found in compared(funnel) if Reference.TWINS in found.references)
    wanted = ("score", "auc", (), Reference.TWINS)
    (cell,) = [own for own in comparison.cells if (own.output, own.metric, own.slice, own.against) == wanted]
    assert cell.reference.value == pytest.approx(expected, abs=1e-9)


def test_the_report_names_the_twins_and_a_run_without_does_not_miss_them(gates):
    without, judged = gates
    assert "twins" not in without.references | without.missing
    assert judged.references["twins"].endswith("on the same rows")


def test_each_output_is_compared_with_its_own_twin_on_its_own_rows(funnel):
    comparison = next(found for found in compared(funnel) if Reference.TWINS in found.references)
    cells = [cell for cell in comparison.cells if cell.against is Reference.TWINS and cell.slice == ()]
    aucs = {cell.output: cell for cell in cells if cell.metric == "auc"}
    assert set(aucs) == {"click", "conversion", "ctcvr", "score", "score/other"}
    assert not [cell for cell in cells if cell.status is Status.NOT_COMPARABLE]
    assert aucs["score"].difference.value != 0
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
