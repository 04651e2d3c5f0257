"""Whether a cell has rows enough for its interval to be trusted, and how many would be."""

from __future__ import annotations

import math

from components.comparison.cell import Cell, Status

__all__ = ["is_trusted", "rows_for_interval"]


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
    """How many rows, with as many positives and clusters each, would make the interval count; None without any."""
    return math.ceil(cell.rows * cell.shortfall) if math.isfinite(cell.shortfall) else None
