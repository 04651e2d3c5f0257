"""Whether trees can learn anything from rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from components.errors import UnusableInputError
from components.trees.objective import Objective
from components.trees.rows import TreeRows

__all__ = ["HIGHEST_GRADE", "check_rows", "check_spare_list", "list_tells", "telling_lists"]

HIGHEST_GRADE: Final = 30  # As many grades as LightGBM takes of its own accord.


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


def check_spare_list(rows: TreeRows) -> None:
    """Raises `UnusableInputError` where a single list has labels that differ, so that none can be held out."""
    if telling_lists(rows) == 1:
        raise UnusableInputError(
            [
                "`lists` must hold two with labels that differ, got 1: none is left to tell how many trees to grow. "
                "Declare a validation split with one."
            ]
        )


def telling_lists(rows: TreeRows) -> int:
    """How many lists have labels that differ: others, lists of one among them, say nothing of an order."""
    return int(list_tells(rows).sum())


def list_tells(rows: TreeRows) -> np.ndarray:
    """`[lists]` bool, by the order of their ids: whether labels differ in each; none where rows have no lists."""
    if rows.lists is None:
        return np.zeros(0, bool)
    units = np.unique(rows.lists, return_inverse=True)[1]
    lowest, highest = np.full(int(units.max()) + 1, np.inf), np.full(int(units.max()) + 1, -np.inf)
    np.minimum.at(lowest, units, rows.labels)
    np.maximum.at(highest, units, rows.labels)
    return np.asarray(highest > lowest)
