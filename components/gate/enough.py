"""Whether a cell has rows enough for its interval to be trusted, and how many would be."""

from __future__ import annotations

import math
from typing import Final

from components.comparison.cell import Cell, Status
from components.comparison.judging import MIN_CLUSTERS

__all__ = ["SPARE", "is_trusted", "rows_for_interval"]

_ONE_IN_FIVE: Final = 0.8416  # Standard deviations that one normal draw in five falls short of the mean by.

# Rows, positives and clusters come by chance: enough in the mean are too few half the time, so many times as many once
# in five. n that must be exceeded with a spread of sqrt(n) take this; by clusters, of which the fewest are asked for.
SPARE: Final = (_ONE_IN_FIVE / 2 + math.sqrt(_ONE_IN_FIVE**2 / 4 + MIN_CLUSTERS)) ** 2 / MIN_CLUSTERS


def is_trusted(cell: Cell, *, of_candidate: bool) -> bool:
    """Whether the interval counts.

    Args:
        cell: With an interval.
        of_candidate: Whether it is the candidate's own, which may be sound where the reference is not.
    """
    if of_candidate and cell.status in (Status.NOT_FINITE, Status.NOT_COMPARABLE):
        return cell.shortfall <= 1
    return cell.status is Status.MEASURED


def rows_for_interval(cell: Cell) -> int | None:
    """How many rows of the same kind would make the interval count, in four of five evaluations; None without any."""
    if not math.isfinite(cell.shortfall):
        return None
    return math.ceil(cell.rows * cell.shortfall * (SPARE if cell.shortfall > 1 else 1.0))
