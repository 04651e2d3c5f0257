"""The rows of the gate's pictures: outputs and slices against what was asked of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final

from components.comparison.cell import Slice
from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import SCALES, Metric
from pipeline.report.gate.words import MARKS

__all__ = [
    "MOST_LINES",
    "MOST_SLICES",
    "Line",
    "Panel",
    "bound_panels",
    "gain_line",
    "gain_panels",
    "harm",
    "shown_outcomes",
    "worst_first",
]

MOST_SLICES: Final = 8  # Of one output in one picture; the rest are in the tables.
MOST_LINES: Final = 24  # In one picture; with more, all rows are one picture, and slices one an output.
_OWN_UNITS: Final = (Metric.MSE, Metric.MAE)  # In the label's unit, squared or not: outputs share no axis.
_WORST: Final = {outcome: place for place, outcome in enumerate(MARKS)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One interval.

    Attributes:
        output: A task or a product.
        slice: Columns and values; empty: all rows.
        outcome: The worst answer about it.
        value: Where its point is; None where there is none.
        low: Where it begins; None where there is none.
        high: Where it ends.
        floor: What the truth must be above; None where nothing is asked.
        ceiling: What it must be below.
        trusted: Whether rows are enough for the interval to count.
        has_margin: Whether it is a gain held against a margin.
        is_lenient: Whether it need not be shown to be no worse, and fails only where it is shown to be.
    """

    output: str
    slice: Slice
    outcome: Outcome
    value: float | None
    low: float | None
    high: float | None
    floor: float | None = None
    ceiling: float | None = None
    trusted: bool = True
    has_margin: bool = False
    is_lenient: bool = False

    @property
    def is_one_sided(self) -> bool:
        """Whether it lies wholly on one side of what was asked, or of 0, and that is not held to show anything."""
        if not self.trusted or self.low is None or self.high is None:
            return False
        if self.is_lenient:
            return self.outcome is Outcome.PASSED and self.high < 0
        if self.outcome is not Outcome.INCONCLUSIVE:
            return False
        above = self.floor is None or self.low > self.floor
        below = self.ceiling is None or self.high < self.ceiling
        beyond = (self.floor is not None and self.high < self.floor) or (
            self.ceiling is not None and self.low > self.ceiling
        )
        return (above and below) or beyond


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines that share an axis.

    Attributes:
        metric: What the axis counts; None: margins, of whatever metric.
        asked: Differences from the baseline or the anchor, or (`MIN`) the values themselves.
        lines: By output as the rules name them, all rows first, then the slices that may be worst first.
        left_out: By output, slices that are not drawn.
        owners: The output of what lines call theirs, where that tells the metric too.
    """

    metric: Metric | None
    asked: Asked
    lines: tuple[Line, ...]
    left_out: dict[str, int] = dataclasses.field(default_factory=dict)
    owners: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_of_slices(self) -> bool:
        """Whether all rows are in another picture."""
        return all(line.slice for line in self.lines)

    @property
    def has_margins(self) -> bool:
        """Whether each line is held against a margin."""
        return all(line.has_margin for line in self.lines)

    @property
    def outputs(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(dict.fromkeys(line.output for line in self.lines))


def harm(item: Decision | Line) -> float:
    """How much worse it may be: minus its lower end; below 0 it is shown to be better; without an interval the most.

    Of what is bounded from above alone it is the upper end.
    """
    is_capped = (
        item.asked is Asked.MAX if isinstance(item, Decision) else item.floor is None and item.ceiling is not None
    )
    if item.low is None or item.high is None:
        return math.inf
    return item.high if is_capped else -item.low


def worst_first(item: Decision | Line) -> tuple[int, float]:
    """Sorts by the answer, then by how much worse it may be, so that what stops a candidate is not cut off."""
    return _WORST[item.outcome], -harm(item)


def gain_panels(decisions: Sequence[Decision]) -> tuple[Panel, ...]:
    """A picture a metric, from the baseline first and then from the anchor.

    Without those of which nothing could be asked: calibration, whose best value is 1, and what has no interval; and
    without a first run's, which has nothing to draw.
    """
    panels = []
    for asked in (Asked.DIFFERENCE, Asked.TOTAL):
        shown = [
            decision
            for decision in decisions
            if decision.asked is asked
            and SCALES[decision.metric].is_ranked
            and decision.outcome is not Outcome.FIRST_RUN
            and not (decision.outcome is Outcome.OBSERVED and decision.low is None)
        ]
        panels += _panels(shown, asked, [gain_line(decision) for decision in shown])
    return _all_rows_first(panels)


def bound_panels(decisions: Sequence[Decision]) -> tuple[Panel, ...]:
    """A picture a metric whose own value is bounded; `min` and `max` of one cell are one line."""
    found: dict[tuple[str, Metric, Slice], list[Decision]] = {}
    for decision in decisions:
        if decision.asked in (Asked.MIN, Asked.MAX):
            found.setdefault((decision.output, decision.metric, decision.slice), []).append(decision)
    first = [both[0] for both in found.values()]
    return _all_rows_first(_panels(first, Asked.MIN, [_bound_line(both) for both in found.values()]))


def shown_outcomes(panels: Sequence[Panel]) -> tuple[Outcome, ...]:
    """The answers that occur, the worst first."""
    found = {line.outcome for panel in panels for line in panel.lines}
    return tuple(outcome for outcome in MARKS if outcome in found)


def _all_rows_first(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    return tuple(sorted(panels, key=lambda panel: panel.is_of_slices))


def _panels(decisions: Sequence[Decision], asked: Asked, lines: Sequence[Line]) -> list[Panel]:
    """Lines by axis; `decisions` are those of the lines, one each."""
    by_axis: dict[tuple[Metric, str], list[Line]] = {}
    for decision, line in zip(decisions, lines, strict=True):
        own = decision.output if decision.metric in _OWN_UNITS else ""
        by_axis.setdefault((decision.metric, own), []).append(line)
    panels = [_panel(metric, asked, found) for (metric, _), found in by_axis.items()]
    return [part for panel in panels for part in _parts(panel)]


def _parts(panel: Panel) -> list[Panel]:
    """One picture where a glance takes it in; else one of all rows, then one for the slices of each output."""
    if len(panel.lines) <= MOST_LINES or len(panel.outputs) == 1:
        return [panel]
    overall = tuple(line for line in panel.lines if not line.slice)
    parts = [dataclasses.replace(panel, lines=overall, left_out={})]
    for output in panel.outputs:
        lines = tuple(line for line in panel.lines if line.slice and line.output == output)
        if lines:
            left_out = {output: panel.left_out[output]} if output in panel.left_out else {}
            parts.append(dataclasses.replace(panel, lines=lines, left_out=left_out))
    return parts


def _panel(metric: Metric, asked: Asked, lines: Sequence[Line]) -> Panel:
    shown: list[Line] = []
    left_out = {}
    for output in dict.fromkeys(line.output for line in lines):
        mine = [line for line in lines if line.output == output]
        slices = sorted((line for line in mine if line.slice), key=worst_first)
        shown += [line for line in mine if not line.slice] + slices[:MOST_SLICES]
        if len(slices) > MOST_SLICES:
            left_out[output] = len(slices) - MOST_SLICES
    return Panel(metric=metric, asked=asked, lines=tuple(shown), left_out=left_out)


def gain_line(decision: Decision) -> Line:
    """A difference against its margin, in the metric's own units."""
    asked = decision.rule not in (RuleName.OBSERVE, RuleName.NOT_SIGNIFICANTLY_WORSE) or decision.asked is Asked.TOTAL
    return Line(
        output=decision.output,
        slice=decision.slice,
        outcome=decision.outcome,
        value=decision.value,
        low=decision.low,
        high=decision.high,
        floor=decision.limit if asked else None,
        trusted=decision.trusted,
        has_margin=decision.rule is RuleName.NON_INFERIOR or decision.asked is Asked.TOTAL,
        is_lenient=decision.rule is RuleName.NOT_SIGNIFICANTLY_WORSE and decision.asked is Asked.DIFFERENCE,
    )


def _bound_line(both: Sequence[Decision]) -> Line:
    limits = {decision.asked: decision.limit for decision in both}
    worst = min(both, key=lambda decision: _WORST[decision.outcome])
    return Line(
        output=worst.output,
        slice=worst.slice,
        outcome=worst.outcome,
        value=worst.value,
        low=worst.low,
        high=worst.high,
        floor=limits.get(Asked.MIN),
        ceiling=limits.get(Asked.MAX),
        trusted=worst.trusted,
    )
