"""The task graph, drawn, and every output's sample space by split."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Self, final

from markupsafe import Markup
from typing_extensions import override

from models.tasks import Output
from pipeline.report import numbers
from pipeline.report.drawing.palette import task_slot
from pipeline.report.drawing.task_tree import draw_tasks
from pipeline.report.record import RunRecord
from pipeline.report.rows import SampleSpace
from pipeline.report.sampling import kept_sentence
from pipeline.report.sections.metrics import space_text
from pipeline.report.sections.section import Section

__all__ = ["OutputLine", "TasksSection"]


@dataclasses.dataclass(frozen=True)
class OutputLine:
    """One output.

    Attributes:
        name: The output.
        slot: Its task's colour.
        predicts: Its preference or its label's expression, or the product it is.
        space: Its sample space in words.
        counts: For each split (known rows, rate of positives or mean label).
    """

    name: str
    slot: int
    predicts: str
    space: str
    counts: tuple[tuple[str, str], ...]


@final
@dataclasses.dataclass(frozen=True)
class TasksSection(Section):
    """What is predicted.

    Attributes:
        tree: The picture.
        splits: Names of the splits counted.
        outputs: In the graph's order.
        sampling: What the rows hold where negatives were left out; else empty.
    """

    title: ClassVar[str] = "Task graph"

    tree: Markup
    splits: tuple[str, ...]
    outputs: tuple[OutputLine, ...]
    sampling: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self:
        """Never None: tasks are declared, not found."""
        notes = {output.name: _note(run, output) for output in run.graph.outputs}
        tree = draw_tasks(run.graph, notes, key="tasks", title="The task graph")
        lines = tuple(_line(run, output) for output in run.graph.outputs)
        return cls(tree, tuple(run.split_rows), lines, kept_sentence(run.graph))


def _line(run: RunRecord, output: Output) -> OutputLine:
    task = run.graph.by_name[output.task]
    return OutputLine(
        name=output.name,
        slot=task_slot(run.graph, output.task),
        predicts=" \N{MULTIPLICATION SIGN} ".join(output.chain) if output.is_product else task.prefer or task.label,
        space=space_text(output),
        counts=tuple(_counts(run.sample_space(output, split), output) for split in run.split_rows),
    )


def _counts(space: SampleSpace | None, output: Output) -> tuple[str, str]:
    if space is None:
        return numbers.ABSENT, numbers.ABSENT
    if space.mean_label is None:
        return numbers.count(space.known), numbers.ABSENT
    rate = numbers.share(space.mean_label) if output.kind.is_binary else numbers.measure(space.mean_label)
    return numbers.count(space.known), rate


def _note(run: RunRecord, output: Output) -> str:
    """Known rows and rate over the first split, which is train."""
    space = run.sample_space(output, next(iter(run.split_rows), ""))
    if space is None:
        return ""
    known, rate = _counts(space, output)
    return f"{known} rows, {rate}" if output.kind.is_binary else f"{known} rows, mean {rate}"
