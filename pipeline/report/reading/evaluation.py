"""The comparison and the figures that the Evaluator leaves, as typed scores."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.comparison.estimate import Estimate
from components.comparison.stored import COMPARISON_FILE, read_comparison
from components.evaluator.figures import Counts
from components.evaluator.record import FigureRecord, read_figures
from models.heads import Multiclass
from models.tasks import Output, TaskGraph
from pipeline.report.evaluation import OVERALL, Curves, Evaluation, Score, Slice, SliceScores
from pipeline.report.metrics import GROUPED
from pipeline.report.reading.buckets import merge_buckets

__all__ = ["evaluation_of", "read_evaluation"]

CANDIDATE: Final = "candidate"
BASELINE: Final = Reference.BASELINE.value
MEAN_PREDICTION: Final = "mean_prediction"

_WHY: Final = {Status.NO_ROWS: "no rows", Status.ONE_CLASS: "one class", Status.NOT_FINITE: "not a number"}
_NO_POSITIVES: Final = "no positives"


def read_evaluation(uri: str, graph: TaskGraph, scores: Sequence[Output] = ()) -> Evaluation | None:
    """Reads a ModelEvaluation artifact; None where it holds no comparison.

    Args:
        uri: The artifact's folder.
        graph: Gives the order of outputs and of their metrics.
        scores: The fused ones, which come after them.
    """
    if not pathlib.Path(uri, COMPARISON_FILE).is_file():
        return None
    return evaluation_of(read_comparison(uri), read_figures(uri), graph, scores)


def evaluation_of(
    comparison: Comparison, figures: FigureRecord, graph: TaskGraph, scores: Sequence[Output] = ()
) -> Evaluation:
    """Sorts cells by output and slice, all rows first; of the references a report shows the one that serves."""
    cells: dict[tuple[str, Slice], list[Cell]] = {}
    for cell in comparison.cells:
        cells.setdefault((cell.output, cell.slice), []).append(cell)
    counts = {(item.output, item.slice): item for item in figures.counts}
    fused = {output.name for output in scores}
    found = []
    for output in (*graph.outputs, *scores):
        places = sorted((place for name, place in cells if name == output.name), key=_slice_order)
        for place in places:
            key = output.name, place
            own = _scores(output, place, cells=cells[key], counts=counts.get(key))
            found.append(_ranked_alone(own) if output.name in fused else own)
    curves = [
        Curves(
            output=item.output,
            model=item.model,
            roc=_pairs(item.roc),
            calibration=() if item.output in fused else merge_buckets(item.calibration),
        )
        for item in figures.curves
        if item.model in (CANDIDATE, BASELINE)
    ]
    has_baseline = Reference.BASELINE in comparison.references
    return Evaluation(scores=tuple(found), curves=tuple(curves), has_baseline=has_baseline)


def _scores(output: Output, place: Slice, *, cells: list[Cell], counts: Counts | None) -> SliceScores:
    known = counts.known if counts is not None else 0.0
    has_mean = counts is not None and known > 0 and not isinstance(output.kind, Multiclass)
    labels = counts.labels if counts is not None and has_mean else None
    shown = (*output.kind.metrics, *GROUPED)
    candidate: dict[str, Score] = {}
    baseline: dict[str, Score] = {}
    for cell in cells:
        if cell.metric not in shown:
            continue
        found = candidate.get(cell.metric)
        if found is None or found.number is None:
            candidate[cell.metric] = _score(cell, cell.candidate)
        if cell.against is Reference.BASELINE:
            baseline[cell.metric] = _score(cell, cell.reference)
    return SliceScores(
        output=output.name,
        slice=place,
        known=known,
        positives=labels if output.kind.is_binary else None,
        mean_label=labels / known if labels is not None else None,
        candidate={**candidate, **_mean(counts, CANDIDATE)},
        baseline={**baseline, **_mean(counts, BASELINE)} if baseline else {},
    )


def _ranked_alone(scores: SliceScores) -> SliceScores:
    """Without the mean of a fused score, which says nothing: it is no probability, and is squashed to be ranked."""
    return dataclasses.replace(
        scores,
        candidate={name: score for name, score in scores.candidate.items() if name != MEAN_PREDICTION},
        baseline={name: score for name, score in scores.baseline.items() if name != MEAN_PREDICTION},
    )


def _score(cell: Cell, estimate: Estimate | None) -> Score:
    if estimate is not None:
        return Score(estimate.value)
    if cell.status is Status.ONE_CLASS and cell.metric == "calibration":
        return Score(None, _NO_POSITIVES)
    return Score(None, _WHY.get(cell.status, cell.status.value))


def _mean(counts: Counts | None, model: str) -> Mapping[str, Score]:
    if counts is None or not counts.known or model not in counts.predictions:
        return {}
    return {MEAN_PREDICTION: Score(counts.predictions[model] / counts.known)}


def _pairs(points: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((false, true) for false, true in points)


def _slice_order(place: Slice) -> Any:
    columns = tuple(column for column, _ in place)
    values = tuple(_as_number(value) for _, value in place)
    return (place != OVERALL, columns, values)


def _as_number(value: str) -> tuple[float, str]:
    try:
        return (float(value), "")
    except ValueError:
        return (float("inf"), value)
