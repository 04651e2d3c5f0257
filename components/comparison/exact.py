"""One cell, from all its rows."""

from __future__ import annotations

import functools
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
        labels = self._table.labels
        of_groups = self._by_group(np.ones(self.rows)), self._by_group(labels)
        return Base(float(self.rows), float(labels.sum()), float(np.square(labels).sum()), *of_groups)

    @override
    def sums(self, quantity: str, model: int, other: int | None) -> Sums:
        values = self._quantity(quantity, model)
        if other is not None:
            values = values - self._quantity(quantity, other)
        products = float((values * self._table.labels).sum())
        return Sums(float(values.sum()), float(np.square(values).sum()), products, self._by_group(values))

    @override
    def placements(self, model: int, other: int | None) -> Placements:
        is_positive = self._table.labels > 0
        placed = self._placed(model)
        value = float(placed[is_positive].mean())
        if other is not None:
            placed = placed - self._placed(other)
            value -= float(self._placed(other)[is_positive].mean())
        return Placements(
            value,
            above=self._by_group(np.where(is_positive, placed, 0.0)),
            below=self._by_group(np.where(is_positive, 0.0, placed)),
            positives=self._by_group(is_positive.astype(np.float64)),
            negatives=self._by_group((~is_positive).astype(np.float64)),
            row_variance=_variance_of_mean(placed[is_positive]) + _variance_of_mean(placed[~is_positive]),
        )

    @override
    def curve(self, model: int) -> Curve:
        scores = self._table.scores[model]
        places = np.unique(split(on_grid(scores))[0], return_inverse=True)[1]
        sums = (np.bincount(places, weights=values) for values in (scores, self._table.labels))
        return curve_of(*sums, counts=np.bincount(places))

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
        positives, negatives = np.bincount(ties, weights=is_positive), np.bincount(ties, weights=~is_positive)
        below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
        above = 1 - (np.cumsum(positives) - positives / 2) / positives.sum()
        placed = np.empty(self.rows)
        placed[order] = np.where(is_positive, below[ties], above[ties])
        return placed


def _codes(clusters: np.ndarray) -> np.ndarray:
    return np.unique(clusters, return_inverse=True)[1]


def _variance_of_mean(placed: np.ndarray) -> float:
    return float(np.var(placed, ddof=1)) / len(placed) if len(placed) > 1 else float("nan")
