"""Training: losses over steps, the checkpoint rule, and what limits its speed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import ClassVar, Final, Self, final

from markupsafe import Markup
from typing_extensions import override

from components.trainer.record import Interval, ListRecord, TrainingRecord, watched_label
from models.tasks import TaskGraph
from pipeline.report import numbers
from pipeline.report.drawing.loss_curve import Trace, draw_curve
from pipeline.report.drawing.palette import INK, task_color, task_slot
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["LossPanel", "TrainingSection", "limit_sentence"]

INPUT_HEADROOM: Final = 3  # Reading alone must sustain this many times the training rate to be out of the way.
MIN_POINTS: Final = 2  # One point is no curve; the table says it all.


@dataclasses.dataclass(frozen=True)
class LossPanel:
    """One picture with its caption.

    Attributes:
        name: Of the loss, or of the score.
        slot: Its task's colour; -1 for what belongs to none.
        picture: The curve.
        note: The exported epoch's value.
    """

    name: str
    slot: int
    picture: Markup
    note: str


@final
@dataclasses.dataclass(frozen=True)
class TrainingSection(Section):
    """How the model came to be.

    Attributes:
        facts: Key figures by name.
        limit: What limits the speed, in a sentence.
        watched: The split of the other curves than train's, and whether it was only watched.
        panels: Curves, none where there is one interval only.
        heads: Names of the table's columns.
        has_score: Whether one of them is the checkpoint rule's score.
        lines: One an interval: whether it was exported, and its cells.
    """

    title: ClassVar[str] = "Training"

    facts: tuple[tuple[str, str], ...]
    limit: str
    watched: str
    panels: tuple[LossPanel, ...]
    heads: tuple[str, ...]
    has_score: bool
    lines: tuple[tuple[bool, tuple[str, ...]], ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where nothing was trained."""
        record = run.training
        if record is None or not record.intervals:
            return None
        heads = tuple(_columns(record))
        names = {"train": "train", "watched": record.watched_split}
        return cls(
            facts=tuple(_facts(record)),
            limit=limit_sentence(record),
            watched=watched_label(record.watched_split),
            panels=tuple(_panels(record, run.graph)) if len(record.intervals) >= MIN_POINTS else (),
            heads=tuple(f"{names[part]} {name}" for part, name in heads),
            has_score=_has_score(record),
            lines=tuple(_line(record, interval, heads) for interval in record.intervals),
        )


def limit_sentence(record: TrainingRecord) -> str:
    """Says whether reading or computing limits the training rate."""
    if record.examples_per_second <= 0 or record.input_examples_per_second <= 0:
        return "What limits the speed was not measured."
    ratio = record.input_examples_per_second / record.examples_per_second
    times = f"{math.floor(ratio * 10) / 10:.1f} times the training rate"  # Rounded down: 2.99 must not read as 3.
    if ratio >= INPUT_HEADROOM:
        return f"Compute-bound: reading alone sustains {times}; {INPUT_HEADROOM} are enough."
    return f"Input-bound: reading alone sustains only {times}; {INPUT_HEADROOM} are wanted."


def selected_index(record: TrainingRecord) -> int | None:
    """The interval whose weights were exported: of the selected epoch, the one the rule liked best."""
    of_epoch = [place for place, interval in enumerate(record.intervals) if interval.epoch == record.selected_epoch]
    return max(of_epoch, key=lambda place: (_score(record.intervals[place]), place), default=None)


def _score(interval: Interval) -> float:
    return -math.inf if interval.score is None else interval.score


def _has_score(record: TrainingRecord) -> bool:
    return any(interval.score is not None for interval in record.intervals)


def _facts(record: TrainingRecord) -> Iterator[tuple[str, str]]:
    dense = record.num_parameters - record.num_embedding_parameters
    yield "training", f"{numbers.compact(record.examples_per_second)} examples/s"
    yield "reading alone", f"{numbers.compact(record.input_examples_per_second)} examples/s"
    yield "embedding parameters", numbers.count(record.num_embedding_parameters)
    yield "other parameters", numbers.count(dense)
    yield "exported epoch", f"{record.selected_epoch} of {record.intervals[-1].epoch}"
    yield "checkpoint rule", record.rule
    yield from _list_facts(record.lists)
    if record.resumed_from_step:
        yield "resumed from step", numbers.count(record.resumed_from_step)


def _list_facts(record: ListRecord | None) -> Iterator[tuple[str, str]]:
    if record is None:
        return
    yield "lists of rows", numbers.count(record.lists)
    if record.dealt:
        yield "too long for a batch, dealt into parts", numbers.count(record.dealt)
    if record.alone:
        yield "rows of no list", numbers.count(record.alone)
    for order in record.orders:
        skipped = f"{numbers.count(order.single)} of one row, {numbers.count(order.equal)} of equal labels"
        yield f"lists that teach {order.loss}", f"{numbers.count(order.ordered)}; skipped: {skipped}"


def _panels(record: TrainingRecord, graph: TaskGraph) -> Iterator[LossPanel]:
    names = [("all losses", "loss", -1)]
    names += [(loss.name, f"{loss.name}_loss", task_slot(graph, loss.task)) for loss in graph.watched]
    chosen = selected_index(record)
    steps = [interval.step for interval in record.intervals]
    for name, metric, slot in names if len(graph.watched) > 1 else names[1:]:
        train = [interval.train.get(metric, math.nan) for interval in record.intervals]
        held_out = [interval.watched.get(metric, math.nan) for interval in record.intervals]
        if all(math.isnan(value) for value in train + held_out):
            continue
        color = INK if slot < 0 else task_color(slot)
        traces = [Trace(train, color, dashed=True), Trace(held_out, color)]
        picture = draw_curve(steps, traces, selected=chosen, key=f"loss-{name}", title=f"Loss of {name} over steps")
        yield LossPanel(name, slot, picture, _note(held_out, chosen))
    if not _has_score(record):
        return
    scores = [_score(interval) for interval in record.intervals]
    picture = draw_curve(
        steps, [Trace(scores, INK)], selected=chosen, key="score", title="Score of the checkpoint rule"
    )
    yield LossPanel("checkpoint score", -1, picture, _note(scores, chosen))


def _note(values: list[float], chosen: int | None) -> str:
    return "" if chosen is None or math.isnan(values[chosen]) else numbers.measure(values[chosen])


def _columns(record: TrainingRecord) -> Iterator[tuple[str, str]]:
    for part in ("train", "watched"):
        found = dict.fromkeys(name for interval in record.intervals for name in getattr(interval, part))
        yield from ((part, name) for name in found)


def _line(
    record: TrainingRecord, interval: Interval, columns: tuple[tuple[str, str], ...]
) -> tuple[bool, tuple[str, ...]]:
    chosen = selected_index(record)
    values = [getattr(interval, part).get(name) for part, name in columns]
    cells = (
        str(interval.epoch),
        numbers.count(interval.step),
        numbers.duration(interval.seconds),
        *(() if interval.score is None else (numbers.measure(interval.score),)),
        *(numbers.ABSENT if value is None else numbers.measure(value) for value in values),
    )
    return chosen is not None and record.intervals[chosen] is interval, cells
