"""How many rows of an output it takes for enough of them to fall into each slice."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

from components.gate.config import Inconclusive
from components.gate.decision import Decision, Outcome

__all__ = ["Need", "factor_of", "need_of"]


@dataclasses.dataclass(frozen=True)
class Need:
    """How many rows would settle all that rows can settle.

    Attributes:
        rows: Of the output's sample space.
        wanted: Of the slice of `decision`.
        decision: What must grow most, with its output, its slice and the rows there are.
    """

    rows: int
    wanted: int
    decision: Decision

    @property
    def factor(self) -> float:
        """By how much rows must grow."""
        return self.wanted / self.decision.rows


def factor_of(decision: Decision) -> float | None:
    """How many times its rows it wants; None where nothing is wanted, or no number of rows is known to settle it."""
    if decision.outcome is not Outcome.INCONCLUSIVE or not decision.rows_to_settle or not decision.rows:
        return None
    return decision.rows_to_settle / decision.rows


def need_of(decisions: Sequence[Decision]) -> Need | None:
    """What must grow most, in rows of its output; None where nothing is open that a known number of rows settles.

    A slice gets its share of the rows that come: one with 68 of an output's 3,009 rows that wants 1,417 takes 62,703
    rows of the output. Nor do outputs grow apart: one on clicks wants more impressions, not clicks by themselves. So
    it is the largest factor that counts, not the largest number. What only warns is asked for where nothing blocks.
    """
    blocking = [one for one in decisions if one.inconclusive is not Inconclusive.PASS_WITH_WARNING and factor_of(one)]
    open_ones = blocking or decisions
    widest = max(open_ones, key=lambda decision: factor_of(decision) or 0.0, default=None)
    if widest is None or factor_of(widest) is None or widest.rows_to_settle is None:
        return None
    alike = (one for one in decisions if (one.output, one.metric) == (widest.output, widest.metric))
    rows = math.ceil(_all_rows(alike) * widest.rows_to_settle / widest.rows)
    return Need(rows, widest.rows_to_settle, widest)


def _all_rows(decisions: Iterable[Decision]) -> int:
    """Of one output and metric: no slice holds more than all rows."""
    return max(decision.rows for decision in decisions)
