"""One cell, from all its rows."""

from __future__ import annotations

import functools
import math
from typing import final

import numpy as np
from typing_extensions import override

from components.comparison.curve import curve_of
from components.comparison.grid import on_grid, split
from components.comparison.kinds import Kind
from components.comparison.quantities import quantity
from components.comparison.table import Table
from components.comparison.view import Base, Curve, Placements, Sums, View

__all__ = ["ExactView"]


@final
class ExactView(View):
    """Clusters are the groups of the variance; independent rows are one each."""

    def __init__(self, table: Table, kind: Kind, *, clustered: bool) -> None:
        self._table = table
        self._kind = kind
        self._groups = _codes(table.clusters) if clustered else np.arange(len(table))
        self.rows = len(table)
        self.positives = int(np.count_nonzero(table.labels > 0)) if kind is Kind.BINARY else 0
        self._num_groups = int(self._groups.max(initial=-1)) + 1
        self._quantity = functools.cache(self._quantity_of)
        self._placed = functools.cache(self._placements_of)

    @property
    @override
    def clusters(self) -> int:
        return self._num_groups

    @override
    def invalid(self, model: int) -> int:
        return int(np.count_nonzero(np.isnan(self._table.scores[model])))

    @override
    def base(self) -> Base:
        """See `View`."""
        weights, labels = self._table.weights, self._table.weights * self._table.labels
        return Base(
            count=self.rows,
            units=float(weights.sum()),
            labels=float(labels.sum()),
            unit_squares=float(np.square(weights).sum()),
            unit_labels=float((weights * labels).sum()),
            label_squares=float(np.square(labels).sum()),
            unit_fourths=0.0,
            label_fourths=0.0,
            group_units=self._by_group(weights),
            group_labels=self._by_group(labels),
        )

    @override
    def sums(self, quantity: str, model: int, other: int | None) -> Sums:
        """See `View`."""
        values = self._quantity(quantity, model)
        if other is not None:
            values = values - self._quantity(quantity, other)
        weights = self._table.weights
        values = weights * values
        return Sums(
            total=float(values.sum()),
            squares=float(np.square(values).sum()),
            unit_cross=float((values * weights).sum()),
            cross=float((values * weights * self._table.labels).sum()),
            groups=self._by_group(values),
        )

    @override
    def placements(self, model: int, other: int | None) -> Placements:
        """Each row counts by its weight, among those above and below it too."""
        is_positive = self._table.labels > 0
        positives, negatives = np.where([is_positive, ~is_positive], self._table.weights, 0.0)
        placed = self._placed(model)
        value = float((positives * placed).sum() / positives.sum())
        if other is not None:
            value -= float((positives * self._placed(other)).sum() / positives.sum())
            placed = placed - self._placed(other)
        return Placements(
            value,
            above=self._by_group(positives * placed),
            below=self._by_group(negatives * placed),
            positives=self._by_group(positives),
            negatives=self._by_group(negatives),
            row_variance=_variance_of_mean(placed, positives) + _variance_of_mean(placed, negatives),
        )

    @override
    def curve(self, model: int) -> Curve:
        scores = self._table.scores[model]
        places = np.unique(split(on_grid(scores))[0], return_inverse=True)[1]
        weights = self._table.weights
        predicted, labels = (np.bincount(places, weights=weights * own) for own in (scores, self._table.labels))
        return curve_of(predicted, labels, counts=np.bincount(places, weights=weights))

    def _by_group(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self._groups, weights=values, minlength=self._num_groups)

    def _quantity_of(self, name: str, model: int) -> np.ndarray:
        table = self._table
        return quantity(
            name, self._kind, table.labels, table.scores[model], table.hits[model] if len(table.hits) else None
        )

    def _placements_of(self, model: int) -> np.ndarray:
        """`[rows]`: of a positive the share of negatives below, of a negative that of positives above."""
        scores = self._table.scores[model]
        order = np.argsort(scores)
        ordered, is_positive = scores[order], self._table.labels[order] > 0
        ties = np.cumsum(np.concatenate([[False], ordered[1:] != ordered[:-1]]))
        of_classes = np.where([is_positive, ~is_positive], self._table.weights[order], 0.0)
        positives, negatives = (np.bincount(ties, weights=own) for own in of_classes)
        below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
        above = 1 - (np.cumsum(positives) - positives / 2) / positives.sum()
        placed = np.empty(self.rows)
        placed[order] = np.where(is_positive, below[ties], above[ties])
        return placed


def _codes(clusters: np.ndarray) -> np.ndarray:
    return np.unique(clusters, return_inverse=True)[1]


def _variance_of_mean(placed: np.ndarray, weights: np.ndarray) -> float:
    """Of the weighted mean of independent rows; those of weight 0 are not there."""
    rows = int(np.count_nonzero(weights))
    if rows < 2:
        return math.nan
    influence = weights * (placed - (weights * placed).sum() / weights.sum()) / weights.sum()
    return rows / (rows - 1) * float(np.square(influence).sum())
