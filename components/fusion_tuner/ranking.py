"""Groups laid out once, so that each of many scores is ranked within them by one sort per size of group."""

from __future__ import annotations

import functools
from typing import final

import numpy as np

__all__ = ["Layout", "Ranking"]


@final
class Ranking:
    """One score, ranked within the groups of a layout.

    Attributes:
        places: `[rows]` of the layout, rising by score within each group.
    """

    def __init__(self, places: np.ndarray, ordered: np.ndarray, is_first: np.ndarray) -> None:
        self.places = places
        self._ordered = ordered
        self._is_first = is_first

    @functools.cached_property
    def ties(self) -> tuple[np.ndarray, np.ndarray] | None:
        """For each place the first and the last place of equal score in its group; None where no two are equal."""
        is_new = self._is_first.copy()
        is_new[1:] |= self._ordered[1:] != self._ordered[:-1]
        starts = np.flatnonzero(is_new)
        if len(starts) == len(is_new):
            return None
        sizes = np.diff(starts, append=len(is_new))
        return np.repeat(starts, sizes), np.repeat(starts + sizes - 1, sizes)


@final
class Layout:
    """Rows by group, groups of one size side by side: these are a matrix, whose rows are sorted at once.

    Attributes:
        order: `[rows]` the place of each row of the layout among those given.
        starts: `[groups]` the place of each group's first row.
        groups: `[rows]` codes, the place in `starts`.
        sizes: `[groups]`.
    """

    def __init__(self, groups: np.ndarray) -> None:
        codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
        by_size = np.argsort(sizes, kind="stable")
        rank = np.empty(len(sizes), np.int64)
        rank[by_size] = np.arange(len(sizes))
        self.sizes = sizes[by_size]
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.order = np.argsort(rank[codes], kind="stable")
        self.groups = np.repeat(np.arange(len(sizes)), self.sizes)
        self._is_first = np.zeros(len(groups), bool)
        self._is_first[self.starts] = True
        widths, counts = np.unique(self.sizes, return_counts=True)
        self._blocks = list(zip(widths.tolist(), counts.tolist(), strict=True))

    def rank(self, scores: np.ndarray) -> Ranking:
        """Ranks.

        Args:
            scores: `[rows]`, in the order of the rows given.
        """
        own = scores[self.order]
        places = np.empty(len(own), np.int64)
        start = 0
        for width, count in self._blocks:
            stop = start + width * count
            block = np.argsort(own[start:stop].reshape(count, width), axis=1)
            block += np.arange(start, stop, width)[:, None]
            places[start:stop] = block.reshape(-1)
            start = stop
        return Ranking(places, own[places], self._is_first)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """`[groups]`, of values in the layout's order."""
        return np.bincount(self.groups, weights=values, minlength=len(self.sizes))
