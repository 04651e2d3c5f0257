"""GAUC and NDCG of one output's labels, for as many scores as are tried."""

from __future__ import annotations

import abc
import enum
from typing import final

import numpy as np
from typing_extensions import override

from components.fusion_tuner.ranking import Layout, Ranking
from components.gauc_weight import GaucWeight

__all__ = ["Gauc", "Metric", "Ndcg", "RankMetric"]


class RankMetric(enum.Enum):
    """What ranks within groups."""

    GAUC = "gauc"  # Within users.
    NDCG = "ndcg"  # Within lists.


class Metric(abc.ABC):
    """Of one output, on rows that stay.

    Attributes:
        layout: Of the rows.
        weights: `[groups]` what each counts for; 0 where it has no value.
    """

    layout: Layout
    weights: np.ndarray

    @abc.abstractmethod
    def values(self, ranking: Ranking) -> np.ndarray:
        """`[groups]`, 0 where a group does not count."""

    def mean(self, ranking: Ranking) -> float:
        """Of the groups that count, by their weights."""
        return float(self.values(ranking) @ self.weights / self.weights.sum())


@final
class Gauc(Metric):
    """AUC within users; a pair of equal scores counts half.

    A positive that stands for several counts for as many among the positives of its user; negatives count one each.
    """

    def __init__(self, layout: Layout, labels: np.ndarray, stands_for: np.ndarray, *, weight: GaucWeight) -> None:
        self.layout = layout
        own = labels[layout.order]
        self._stands_for = np.where(own > 0, stands_for[layout.order], 0.0)
        self._is_positive = own > 0
        is_unknown = np.isnan(own)
        self._is_unknown = is_unknown if is_unknown.any() else None
        positives, negatives = layout.sums(self._stands_for), layout.sums(own <= 0)
        self._pairs = positives * negatives
        sizes = layout.sums(~is_unknown) if weight is GaucWeight.IMPRESSIONS else positives
        self.weights = np.where(self._pairs > 0, sizes, 0.0)
        self._before = np.cumsum(negatives) - negatives

    @override
    def values(self, ranking: Ranking) -> np.ndarray:
        """See `Metric`."""
        at = np.flatnonzero(self._is_positive[ranking.places])
        ranked = ranking.places[at]
        others = [at] if self._is_unknown is None else [at, np.flatnonzero(self._is_unknown[ranking.places])]

        def negatives_up_to(places: np.ndarray) -> np.ndarray:  # All but positives and unknown ones, which are fewer.
            return places + 1 - sum(np.searchsorted(own, places, side="right") for own in others)

        first, last = (at, at) if ranking.ties is None else (ends[at] for ends in ranking.ties)
        found = (negatives_up_to(last) + negatives_up_to(first - 1)) / 2
        groups = self.layout.groups[at]
        wins = np.bincount(
            groups, weights=(found - self._before[groups]) * self._stands_for[ranked], minlength=len(self._pairs)
        )
        return np.divide(wins, self._pairs, out=np.zeros_like(wins), where=self._pairs > 0)


@final
class Ndcg(Metric):
    """Normalised discounted cumulative gain of the first places; its layout holds rows with a known label only.

    Equal scores share the discounts of their places. A row that stands for several has so many times its gain.
    """

    def __init__(self, layout: Layout, labels: np.ndarray, stands_for: np.ndarray, *, at: int) -> None:
        self.layout = layout
        gains = np.where(labels > 0, labels * stands_for, 0.0)
        self._gains = gains[layout.order]
        rank = (layout.starts + layout.sizes)[layout.groups] - 1 - np.arange(len(gains))
        self._discounts = np.where(rank < at, 1.0 / np.log2(rank + 2.0), 0.0)
        self._best = self._gained(layout.rank(gains))
        self.weights = (self._best > 0).astype(np.float64)

    @override
    def values(self, ranking: Ranking) -> np.ndarray:
        found = self._gained(ranking)
        return np.divide(found, self._best, out=np.zeros_like(found), where=self._best > 0)

    def _gained(self, ranking: Ranking) -> np.ndarray:
        discounts = self._discounts
        if ranking.ties is not None:
            first, last = ranking.ties
            sums = np.append(0.0, np.cumsum(discounts))
            discounts = (sums[last + 1] - sums[first]) / (last + 1 - first)
        return self.layout.sums(self._gains[ranking.places] * discounts)
