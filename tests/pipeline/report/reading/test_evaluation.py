"""What the Evaluator leaves, read back as a report shows it."""

from __future__ import annotations

import dataclasses

import pytest

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.comparison.estimate import Estimate
from components.comparison.stored import write_comparison
from components.evaluator.figures import Counts, Curve
from components.evaluator.record import FIGURES_FILE, FigureRecord, figures_text
from models.heads import Binary, Multiclass, Regression
from models.tasks import Task, TaskGraph
from pipeline.report.evaluation import OVERALL, Score
from pipeline.report.reading.evaluation import evaluation_of, read_evaluation

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="a"),
        Task(name="spend", kind=Regression(), label="c"),
        Task(name="topic", kind=Multiclass(num_classes=3), label="d"),
    )
)
HOURS = [(("hour", "12"),), (("hour", "9"),), (("city", "Riga"),)]


def cell(output="click", metric="auc", **others):
    numbers = {"candidate": Estimate(0.7, 0.01), "reference": Estimate(0.68, 0.01), "difference": Estimate(0.02, 0.01)}
    return Cell(**{"output": output, "metric": metric, "against": Reference.BASELINE, "rows": 90, **numbers, **others})


def counts(output="click", **others):
    made = {"slice": (), "known": 90.0, "labels": 30.0, "predictions": {"candidate": 27.0, "baseline": 45.0}}
    return Counts(output=output, **made | others)


def read(*cells, figures=None, curves=(), references=(Reference.BASELINE,), scores=()):
    figures = [counts()] if figures is None else figures
    comparison = Comparison(cells=cells, references=dict.fromkeys(references, "version 7"))
    return evaluation_of(comparison, FigureRecord(counts=tuple(figures), curves=tuple(curves)), GRAPH, scores)


def test_candidate_and_serving_model_stand_side_by_side_with_counts():
    (scores,) = read(cell(), cell(metric="log_loss")).scores
    assert scores.candidate == {"auc": Score(0.7), "log_loss": Score(0.7), "mean_prediction": Score(0.3)}
    assert scores.baseline == {"auc": Score(0.68), "log_loss": Score(0.68), "mean_prediction": Score(0.5)}
    assert (scores.known, scores.positives, scores.mean_label) == (90, 30, pytest.approx(1 / 3))


def test_outputs_come_in_declared_order_and_slices_by_value_all_rows_first():
    cells = [cell(slice=where) for where in (*HOURS, ())]
    found = read(cell("spend", "mse"), *cells)
    assert [scores.output for scores in found.scores] == ["click"] * 4 + ["spend"]
    assert [scores.slice for scores in found.of("click")] == [OVERALL, HOURS[2], HOURS[1], HOURS[0]]


def test_a_regression_has_no_positives_and_classes_no_mean_either():
    found = read(
        cell("spend", "mse"), cell("topic", "accuracy"), figures=[counts("spend"), counts("topic", predictions={})]
    )
    spend, topic = found.scores
    assert (spend.positives, spend.mean_label) == (None, pytest.approx(1 / 3))
    assert (topic.positives, topic.mean_label) == (None, None)
    assert set(topic.candidate) == {"accuracy"}


@pytest.mark.parametrize(
    ("status", "metric", "why"),
    [
        (Status.NO_ROWS, "auc", "no rows"),
        (Status.ONE_CLASS, "auc", "one class"),
        (Status.ONE_CLASS, "calibration", "no positives"),
        (Status.NOT_FINITE, "auc", "not a number"),
    ],
)
def test_what_is_undefined_is_no_number(status, metric, why):
    nothing = {"candidate": None, "reference": None, "difference": None}
    (scores,) = read(cell(metric=metric, status=status, **nothing)).scores
    assert scores.candidate[metric] == scores.baseline[metric] == Score(None, why)


def test_a_model_that_cannot_be_compared_leaves_the_candidates_value():
    alone = cell(against=None, reference=None, difference=None)
    missing = cell(status=Status.NOT_COMPARABLE, reference=None, difference=None)
    found = read(alone, missing)
    assert found.has_baseline
    assert found.scores[0].candidate["auc"] == Score(0.7)
    assert found.scores[0].baseline["auc"] == Score(None, "not comparable")


def test_scores_of_a_broken_reference_do_not_hide_the_candidates():
    broken = cell(against=Reference.ANCHOR, status=Status.NOT_FINITE, candidate=None, reference=None, difference=None)
    assert read(broken, cell()).scores[0].candidate["auc"] == Score(0.7)


def test_a_first_run_has_no_baseline_and_an_anchor_is_none():
    found = read(cell(against=Reference.ANCHOR), references=(Reference.ANCHOR,))
    assert not found.has_baseline
    assert found.scores[0].baseline == {}


def test_only_metrics_of_the_head_and_of_groups_are_shown():
    (scores,) = read(cell(), cell(metric="gauc"), cell(metric="normalised_entropy")).scores
    assert set(scores.candidate) == {"auc", "gauc", "mean_prediction"}


def test_curves_are_of_candidate_and_serving_model():
    roc = ((0.0, 0.0), (0.4, 0.7), (1.0, 1.0))
    pieces = tuple((0.1 * place, float(place % 2), 1.0) for place in range(40))
    made = [
        Curve(output="click", model=model, roc=roc, calibration=pieces) for model in ("candidate", "baseline", "anchor")
    ]
    found = read(cell(), curves=made).curves
    assert [curves.model for curves in found] == ["candidate", "baseline"]
    assert found[0].roc == roc
    assert sum(bucket.rows for bucket in found[0].calibration) == 40


def test_a_fused_score_has_no_mean_and_no_calibration_since_it_is_no_probability():
    scores = [dataclasses.replace(GRAPH.outputs[0], name="score")]
    roc, pieces = ((0.0, 0.0), (1.0, 1.0)), ((0.4, 1.0, 1.0),) * 40
    curve = Curve(output="score", model="candidate", roc=roc, calibration=pieces)
    cells = [cell("score"), cell("score", "gauc"), cell()]
    found = read(*cells, figures=[counts(), counts("score")], curves=[curve], scores=scores)
    assert [own.output for own in found.scores] == ["click", "score"]
    assert found.scores[1].candidate == {"auc": Score(0.7), "gauc": Score(0.7)}
    assert found.scores[1].baseline == {"auc": Score(0.68), "gauc": Score(0.68)}
    assert (found.scores[1].known, found.scores[1].positives) == (90, 30)
    assert (found.curves[0].roc, found.curves[0].calibration) == (roc, ())


def test_files_come_back_and_a_folder_without_a_comparison_is_no_evaluation(tmp_path):
    assert read_evaluation(str(tmp_path), GRAPH) is None
    write_comparison(str(tmp_path), Comparison(cells=(cell(),), references={Reference.BASELINE: "version 7"}))
    record = FigureRecord(
        counts=(counts(),), curves=(Curve(output="click", model="candidate", roc=(), calibration=((1.0, 0.0, 2.0),)),)
    )
    (tmp_path / FIGURES_FILE).write_text(figures_text(record))
    found = read_evaluation(str(tmp_path), GRAPH)
    assert found.overall("click").candidate["auc"] == Score(0.7)
    assert found.curves[0].calibration[0].predicted == 0.5
