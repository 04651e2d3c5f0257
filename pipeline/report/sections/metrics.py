"""Metrics per output and slice, and of fused scores, candidate beside the serving model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from models.heads import Head
from models.tasks import Output
from pipeline.report import numbers
from pipeline.report.drawing.palette import task_slot
from pipeline.report.evaluation import OVERALL, Evaluation, SliceScores
from pipeline.report.metrics import score_text, shown_metrics, style_of
from pipeline.report.record import RunRecord
from pipeline.report.sampling import is_sampled, weighted_note
from pipeline.report.scores import ranking_note
from pipeline.report.sections.section import Section
from pipeline.report.verdict import slice_text

__all__ = ["Cell", "Line", "MetricsSection", "Table"]

OPEN_UP_TO: Final = 40  # Lines; with more, tables by slice start folded.


@dataclasses.dataclass(frozen=True)
class Cell:
    """One cell: its text, its style class, and how many columns it takes."""

    text: str
    style: str = ""
    span: int = 1


@dataclasses.dataclass(frozen=True)
class Line:
    """One line: a name, the task's colour slot, and cells."""

    name: str
    slot: int
    cells: tuple[Cell, ...]


@dataclasses.dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        name: Of the output, or of the kind of outputs.
        note: What its rows are.
        first: Head of the first column.
        counts: Heads of the columns that count.
        metrics: Titles of the metrics with which way is better.
        lines: In order.
    """

    name: str
    note: str
    first: str
    counts: tuple[str, ...]
    metrics: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


@final
@dataclasses.dataclass(frozen=True)
class MetricsSection(Section):
    """All metrics.

    Attributes:
        has_baseline: Whether each metric has three columns or one.
        overall: All rows, a table for each kind of output, then one of fused scores.
        by_slice: A table for each output and score that has slices.
        unfolded: Whether the tables by slice are short enough to be open at first.
        sampling: How counts are to be read where rows stand for others; else empty.
        ranking: By what fused scores are judged, or why they are not; empty without any.
    """

    title: ClassVar[str] = "Metrics"

    has_baseline: bool
    overall: tuple[Table, ...]
    by_slice: tuple[Table, ...]
    unfolded: bool
    sampling: str
    ranking: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where nothing was evaluated."""
        if run.evaluation is None:
            return None
        by_slice = tuple(_slice_tables(run, run.evaluation))
        return cls(
            has_baseline=run.evaluation.has_baseline,
            overall=tuple(_overall_tables(run, run.evaluation)),
            by_slice=by_slice,
            unfolded=sum(len(table.lines) for table in by_slice) <= OPEN_UP_TO,
            sampling=weighted_note(run.graph),
            ranking=ranking_note(run.fusion),
        )


def _overall_tables(run: RunRecord, evaluation: Evaluation) -> Iterator[Table]:
    kinds = dict.fromkeys(output.kind.name for output in run.graph.outputs)
    groups = {
        f"{kind.replace('_', ' ')} output": [output for output in run.graph.outputs if output.kind.name == kind]
        for kind in kinds
    }
    if run.scores:
        groups["fused score"] = list(run.scores)
    for title, outputs in groups.items():
        measured = [(output, own) for output in outputs if (own := evaluation.overall(output.name)) is not None]
        shown = tuple({metric: None for output, _ in measured for metric in shown_metrics(evaluation, output.name)})
        lines = tuple(
            Line(output.name, task_slot(run.graph, output.task), tuple(_cells(own, output.kind, shown, evaluation)))
            for output, own in measured
        )
        if lines:
            yield Table(title, "", title, _count_heads(run, outputs[0].kind), _heads(shown), lines)


def _slice_tables(run: RunRecord, evaluation: Evaluation) -> Iterator[Table]:
    for output in run.judged:
        found = evaluation.of(output.name)
        if all(scores.slice == OVERALL for scores in found):
            continue
        shown = shown_metrics(evaluation, output.name)
        slot = task_slot(run.graph, output.task)
        lines = tuple(
            Line(slice_text(scores.slice), slot, tuple(_cells(scores, output.kind, shown, evaluation)))
            for scores in found
        )
        yield Table(output.name, space_text(output), "slice", _count_heads(run, output.kind), _heads(shown), lines)


def space_text(output: Output) -> str:
    """An output's sample space in words."""
    return f"rows where {' and '.join(output.space)} happened" if output.space else "every row"


def _count_heads(run: RunRecord, kind: Head) -> tuple[str, ...]:
    rows = "impressions" if is_sampled(run.graph) else "known rows"
    return (rows, "positives", "rate") if kind.is_binary else (rows, "mean label")


def _heads(metrics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((style_of(metric).title, style_of(metric).better.value) for metric in metrics)


def _cells(scores: SliceScores, kind: Head, metrics: tuple[str, ...], evaluation: Evaluation) -> Iterator[Cell]:
    for metric in metrics:
        yield from _metric_cells(scores, metric, has_baseline=evaluation.has_baseline)
    yield Cell(numbers.count(scores.known), "start")
    mean = scores.mean_label
    if kind.is_binary:
        yield Cell(numbers.ABSENT if scores.positives is None else numbers.count(scores.positives))
        yield Cell(numbers.ABSENT if mean is None else numbers.share(mean))
    else:
        yield Cell(numbers.ABSENT if mean is None else numbers.measure(mean))


def _metric_cells(scores: SliceScores, metric: str, *, has_baseline: bool) -> Iterator[Cell]:
    new, old = scores.candidate.get(metric), scores.baseline.get(metric)
    style = "start " + ("undefined" if new is not None and new.number is None else "candidate")
    if not has_baseline:
        yield Cell(score_text(new), style)
    elif new is not None and new.number is None and new == old:
        yield Cell(score_text(new), style, span=3)
    else:
        yield Cell(score_text(new), style)
        yield Cell(score_text(old), "undefined" if old is not None and old.number is None else "baseline")
        change = scores.change(metric)
        yield Cell(numbers.ABSENT if change is None else numbers.signed(change), "change")
