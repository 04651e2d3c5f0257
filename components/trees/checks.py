"""Whether trees can learn anything from rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from components.errors import UnusableInputError
from components.trees.objective import Objective
from components.trees.rows import TreeRows

__all__ = ["check_rows", "telling_lists"]

HIGHEST_GRADE: Final = 30  # LightGBM's gain of a grade is 2^grade - 1, in 31 bits.


def check_rows(rows: TreeRows, objective: Objective) -> None:
    """Raises `UnusableInputError` where labels tell nothing or, of a ranking, are no grades of lists."""
    if not len(rows):
        raise UnusableInputError(["`labels` must be of one row or more, got none: no label is known."])
    low, high = float(rows.labels.min()), float(rows.labels.max())
    if low == high:
        raise UnusableInputError(
            [f"`labels` must differ, got {low:g} in all {len(rows):,} rows: there is nothing to learn."]
        )
    if not objective.is_ranking:
        return
    if rows.lists is None:
        raise UnusableInputError(["`lists` must say which rows are ranked against each other, got None."])
    if low < 0 or high > HIGHEST_GRADE or (rows.labels != np.round(rows.labels)).any():
        raise UnusableInputError(
            [f"`labels` of a ranking must be whole numbers from 0 to {HIGHEST_GRADE}, got {low:g} to {high:g}."]
        )
    if not telling_lists(rows):
        raise UnusableInputError(
            ["`lists` must hold one with labels that differ, got none: no row is to be above another."]
        )


def telling_lists(rows: TreeRows) -> int:
    """How many lists have labels that differ: others, lists of one among them, say nothing of an order."""
    if rows.lists is None:
        return 0
    units = np.unique(rows.lists, return_inverse=True)[1]
    lowest, highest = np.full(int(units.max()) + 1, np.inf), np.full(int(units.max()) + 1, -np.inf)
    np.minimum.at(lowest, units, rows.labels)
    np.maximum.at(highest, units, rows.labels)
    return int((highest > lowest).sum())
