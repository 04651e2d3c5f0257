"""Whether a cell has rows enough for its interval to be trusted, and how many would be."""

from __future__ import annotations

import math

from components.comparison.cell import Cell, Status
from components.comparison.judging import MIN_CLUSTERS, MIN_GROUPS, MIN_POSITIVES
from components.gate.metrics import Metric

__all__ = ["is_trusted", "rows_for_interval"]

_BY_GROUP = (Metric.GAUC, Metric.NDCG)  # Their clusters are users or lists.


def is_trusted(cell: Cell, *, of_candidate: bool) -> bool:
    """Whether the interval counts.

    Args:
        cell: With an interval.
        of_candidate: Whether it is the candidate's own, which may be sound where the reference is not.
    """
    if cell.status in (Status.NOT_FINITE, Status.NOT_COMPARABLE):
        return of_candidate and _shortfall(cell) <= 1
    return cell.status is Status.MEASURED


def rows_for_interval(cell: Cell) -> int | None:
    """How many rows, with as many positives and clusters each, would make the interval count; None without any."""
    shortfall = _shortfall(cell)
    return math.ceil(cell.rows * shortfall) if math.isfinite(shortfall) else None


def _shortfall(cell: Cell) -> float:
    """How many times the rows are needed; at most 1 where they are enough."""
    if Metric(cell.metric) in _BY_GROUP:
        return MIN_GROUPS / cell.clusters if cell.clusters else math.inf
    rare = min(cell.positives, cell.rows - cell.positives) if cell.positives else cell.rows
    if not rare or not cell.clusters:
        return math.inf
    return max(MIN_POSITIVES / rare, MIN_CLUSTERS / cell.clusters)
