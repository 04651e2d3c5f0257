"""What other weights change in each objective, with its interval."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from components.comparison import Comparison, Status
from components.gate.gain import gain_of
from components.gate.metrics import Metric

__all__ = ["CONFIDENCE", "Change", "changes_of"]

CONFIDENCE: Final = 0.95


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One objective on rows that the search never saw.

    Attributes:
        objective: Its name.
        before: With the present weights.
        after: With the chosen ones.
        low: The lower end of the difference's interval, two-sided, of `CONFIDENCE`; None where none can be told.
        high: The upper end.
        remark: Why the interval is not to be trusted; else empty.
    """

    objective: str
    before: float
    after: float
    low: float | None
    high: float | None
    remark: str = ""

    @property
    def is_gain(self) -> bool:
        """Whether it can be told from chance."""
        return self.low is not None and self.low > 0 and not self.remark


def changes_of(comparison: Comparison) -> tuple[Change, ...]:
    """One for each cell that has values."""
    found = []
    for cell in comparison.cells:
        if cell.candidate is None or cell.reference is None:
            continue
        ends = gain_of(cell, Metric(cell.metric)).interval(CONFIDENCE)
        low, high = (end if math.isfinite(end) else None for end in ends)
        found.append(
            Change(
                objective=f"{cell.output}.{cell.metric}",
                before=cell.reference.value,
                after=cell.candidate.value,
                low=low,
                high=high,
                remark="" if cell.status is Status.MEASURED else cell.reason or cell.status.value,
            )
        )
    return tuple(found)
