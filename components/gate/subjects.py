"""Every single thing that a policy asks of a comparison, with the cell that answers it."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from components.comparison.cell import Cell, Comparison, Reference, Slice, Status
from components.comparison.rows import MISSING
from components.gate.config import Inconclusive, Rule, RuleName
from components.gate.decision import Asked, Decision, Outcome

__all__ = ["OTHERS", "Subject", "subjects_of"]

OTHERS: Final = "(other values)"  # Beyond those that are compared one by one.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """One thing that a rule asks, before it is judged.

    Attributes:
        rule: With nothing left open.
        asked: What of the rule.
        slice: Columns and values; empty: all rows.
        cell: What the comparison found there, where there is no reference of the candidate alone; None where it has no
            such cell.
        against: What a difference is from.
        absent: Why there is nothing to compare with: `FIRST_RUN` or `NOT_COMPARABLE`, and a reason.
    """

    rule: Rule
    asked: Asked
    slice: Slice
    cell: Cell | None
    against: Reference | None = None
    absent: tuple[Outcome, str] | None = None

    def decide(self, outcome: Outcome, reason: str) -> Decision:
        """An answer about this, without the numbers that led to it."""
        cell = self.cell or Cell(output=self.rule.output, metric=self.rule.metric.value)
        effect = cell.difference.cluster_effect if cell.difference is not None else math.nan
        return Decision(
            output=self.rule.output,
            metric=self.rule.metric,
            slice=self.slice,
            asked=self.asked,
            rule=self.rule.resolved,
            outcome=outcome,
            reason=reason,
            inconclusive=self.rule.inconclusive or Decision.inconclusive,
            against=self.against,
            rows=cell.rows,
            positives=cell.positives,
            clusters=cell.clusters,
            cluster_effect=effect if math.isfinite(effect) else None,
            ungrouped=cell.ungrouped,
        )

    def without_estimate(self) -> Decision | None:
        """The answer where no number can give it; None where one can.

        Of an observed difference it is `OBSERVED`, but for a candidate that predicts what is no number.
        """
        if self.cell is not None and self.cell.status is Status.NOT_FINITE and self.cell.candidate is None:
            return self.decide(Outcome.FAILED, _sentence(self.cell.reason, "A prediction is not a finite number."))
        decision = self._without_estimate()
        if decision is None or self.asked is not Asked.DIFFERENCE or self.rule.resolved is not RuleName.OBSERVE:
            return decision
        return dataclasses.replace(decision, outcome=Outcome.OBSERVED)

    def _without_estimate(self) -> Decision | None:
        if self.absent is not None and not self._shows_nothing:
            return self.decide(*self.absent)
        if self.cell is None:
            return self.decide(Outcome.FAILED, "The evaluation holds no such cell, so nothing shows that it holds.")
        estimate = self.cell.candidate if self.against is None else self.cell.difference
        if self.against is not None and self.cell.status is Status.NOT_COMPARABLE:
            return self.decide(Outcome.NOT_COMPARABLE, _sentence(self.cell.reason, "The reference lacks it."))
        if self.against is not None and self.cell.status is Status.NOT_FINITE:
            reason = _sentence(self.cell.reason, "A prediction is not a finite number.")
            return self.decide(Outcome.NOT_COMPARABLE, f"The reference is at fault: {reason}")
        if self.cell.status is Status.NO_ROWS and not self.slice:
            # Nothing at all was seen, which no policy lets pass.
            decision = self.decide(Outcome.INCONCLUSIVE, _sentence(self.cell.reason, "No rows."))
            is_lenient = decision.inconclusive is Inconclusive.PASS_WITH_WARNING
            return dataclasses.replace(decision, inconclusive=Inconclusive.BLOCK) if is_lenient else decision
        if self.cell.status in (Status.NO_ROWS, Status.ONE_CLASS) or estimate is None:
            return self.decide(Outcome.INCONCLUSIVE, _sentence(self.cell.reason, f"{self.cell.status.value}."))
        if not math.isfinite(estimate.value):
            return self.decide(Outcome.FAILED, f"It is no number, but {estimate.value}.")
        if not math.isfinite(estimate.std_error) and not self._goes_by_value:
            return self.decide(Outcome.INCONCLUSIVE, _sentence(self.cell.reason, "No interval could be told."))
        return None

    @property
    def _shows_nothing(self) -> bool:
        """On a first run: whether not even the candidate's own value could be told over all rows."""
        if self.absent is None or self.absent[0] is not Outcome.FIRST_RUN or self.slice:
            return False
        return self.cell is None or self.cell.status in (Status.NO_ROWS, Status.ONE_CLASS)

    @property
    def _goes_by_value(self) -> bool:
        """Whether nothing, or nothing but the value, is asked for."""
        if self.against is None:
            return self.cell is not None and self.cell.status is Status.NO_INTERVAL
        return self.asked is Asked.DIFFERENCE and self.rule.resolved is RuleName.OBSERVE


def subjects_of(rule: Rule, comparison: Comparison) -> tuple[Subject, ...]:
    """All that `rule` asks: for all rows, then for each value of its slices that the comparison knows."""
    mine = [cell for cell in comparison.cells if (cell.output, cell.metric) == (rule.output, rule.metric.value)]
    found = []
    for asked, against in _asked(rule):
        absent = _absent(comparison, against) if against is not None else None
        for place in _slices(rule, mine):
            here = [cell for cell in mine if cell.slice == place]
            alone = min(here, key=_fitness, default=None)
            paired = next((cell for cell in here if cell.against is against), None)
            cell = alone if against is None or absent is not None else paired
            found.append(Subject(rule=rule, asked=asked, slice=place, cell=cell, against=against, absent=absent))
        for place, rows in _left_out(rule, comparison):
            unseen = Outcome.INCONCLUSIVE, f"{rows:,} rows lie in values beyond those that are compared one by one."
            found.append(Subject(rule=rule, asked=asked, slice=place, cell=None, against=against, absent=unseen))
    return tuple(found)


def _fitness(cell: Cell) -> int:
    """How well a cell tells the candidate's own value, the least the best: that of no reference tells it alone."""
    of_both = (Status.NOT_FINITE, Status.NOT_COMPARABLE)
    return 3 * (cell.candidate is None) + 2 * (cell.status in of_both) + (cell.against is not None)


def _asked(rule: Rule) -> list[tuple[Asked, Reference | None]]:
    asked: list[tuple[Asked, Reference | None]] = [(Asked.DIFFERENCE, Reference.BASELINE)]
    if rule.total_margin is not None:
        asked.append((Asked.TOTAL, Reference.ANCHOR))
    asked += [(Asked.MIN, None)] * (rule.min is not None) + [(Asked.MAX, None)] * (rule.max is not None)
    return asked


def _slices(rule: Rule, cells: list[Cell]) -> list[Slice]:
    """All rows, unless it is about slices only, then the values of each slicing; one without any stands for itself."""
    found: list[Slice] = [] if rule.only_slices else [()]
    for columns in rule.slices:
        values = dict.fromkeys(cell.slice for cell in cells if {name for name, _ in cell.slice} == set(columns))
        found += list(values) or [tuple((column, MISSING) for column in columns)]
    return found


def _left_out(rule: Rule, comparison: Comparison) -> list[tuple[Slice, int]]:
    """Of each declared slicing the values that nobody looked at, as one slice, and their rows."""
    rows = {columns: comparison.left_out.get(", ".join(columns), 0) for columns in rule.slices}
    return [(tuple((column, OTHERS) for column in columns), number) for columns, number in rows.items() if number]


def _absent(comparison: Comparison, against: Reference) -> tuple[Outcome, str] | None:
    if against in comparison.empty:
        return Outcome.FIRST_RUN, "Nothing serves yet, so there is nothing to compare with."
    if against in comparison.missing:
        return Outcome.NOT_COMPARABLE, f"The {against.value} is not there: {comparison.missing[against]}"
    if against not in comparison.references:
        return Outcome.NOT_COMPARABLE, f"The evaluation was made without the {against.value}."
    return None


def _sentence(reason: str, otherwise: str) -> str:
    return reason or otherwise[:1].upper() + otherwise[1:]
