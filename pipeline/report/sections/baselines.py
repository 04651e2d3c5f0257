"""What else was trained on the same rows, beside the model."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from components.comparison.cell import Cell, Status
from components.comparison.estimate import Estimate
from components.gate.gain import gain_of
from components.gate.metrics import SCALES, Metric
from pipeline.baseline.record import BaselineRecord, ServingCost
from pipeline.report import numbers
from pipeline.report.metrics import style_of
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["BaselinesSection", "Beside", "Line", "cost_sentences"]

CONFIDENCE: Final = 0.95

_TITLES: Final = {
    "gbdt": "Boosted trees",
    "lambdamart": "LambdaMART",
    "single_task": "One network a task",
}


@dataclasses.dataclass(frozen=True)
class Line:
    """One metric of one output.

    Attributes:
        output: Its name.
        metric: Its title, and which way is better.
        model: The model's value.
        baseline: The baseline's.
        gain: By how much the model is better, with the ends of its interval; of calibration the difference.
        tone: "good" where an interval that is to be trusted lies above 0, "bad" where it lies below, else "".
    """

    output: str
    metric: tuple[str, str]
    model: str
    baseline: str
    gain: str
    tone: str


@dataclasses.dataclass(frozen=True)
class Beside:
    """One baseline.

    Attributes:
        title: What it is.
        note: On what it was trained, and what it costs.
        lines: All rows, by output and metric.
        remarks: What was left out.
    """

    title: str
    note: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]


@final
@dataclasses.dataclass(frozen=True)
class BaselinesSection(Section):
    """One table a baseline.

    Attributes:
        found: The tables.
        cluster: The column whose rows depend on each other; empty where rows are independent.
    """

    title: ClassVar[str] = "Baselines"

    found: tuple[Beside, ...]
    cluster: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where none was trained."""
        if not run.baselines:
            return None
        cluster = run.baselines[0].comparison.cluster_column or ""
        return cls(tuple(_beside(record) for record in run.baselines), cluster)


def _beside(record: BaselineRecord) -> Beside:
    cells = [cell for cell in record.comparison.cells if not cell.slice]
    trained = f"Trained on the same {numbers.count(record.train_rows)} rows in {numbers.duration(record.seconds)}."
    told = trained if record.cost is None else " ".join([trained, *cost_sentences(record.cost)])
    return Beside(_TITLES.get(record.kind, record.kind), told, tuple(map(_line, cells)), record.notes)


def _line(cell: Cell) -> Line:
    style = style_of(cell.metric)
    gain, tone = _gain(cell)
    return Line(
        output=cell.output,
        metric=(style.title, style.better.value),
        model=_value(cell.candidate),
        baseline=_value(cell.reference),
        gain=gain,
        tone=tone,
    )


def _value(estimate: Estimate | None) -> str:
    return numbers.ABSENT if estimate is None else numbers.measure(estimate.value)


def _gain(cell: Cell) -> tuple[str, str]:
    if cell.difference is None:
        return cell.status.value, ""
    found = gain_of(cell, Metric(cell.metric))
    low, high = found.interval(CONFIDENCE)
    text = numbers.signed(found.value)
    if math.isfinite(low):
        text += f" ({numbers.signed(low)} to {numbers.signed(high)})"
    if cell.status is not Status.MEASURED:  # Its interval is not to be trusted.
        return text if cell.status is Status.NO_INTERVAL else f"{text}, {cell.status.value}", ""
    tone = "good" if low > 0 else "bad" if high < 0 else ""
    return text, tone if SCALES[Metric(cell.metric)].sign != 0 else ""


def cost_sentences(cost: ServingCost) -> Iterator[str]:
    """What serving takes, beside the model."""
    parameters, flops = (
        f"{numbers.compact(other)} where the model has {numbers.compact(own)}"
        for own, other in (cost.parameters, cost.flops)
    )
    yield f"Parameters: {parameters}. Operations a row: {flops}."
    calls = ", ".join(f"{one.ratio:.2f} for {numbers.count(one.candidates)}" for one in cost.latency)
    if calls:
        yield f"A call takes as many times the model's, by candidates: {calls}."
