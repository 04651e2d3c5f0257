"""Sums over rows by bucket of clusters."""

from __future__ import annotations

from typing import Final, final

import numpy as np

from components.comparison.view import Sums

__all__ = ["BUCKETS", "BucketSums"]

BUCKETS: Final = 2**8  # Clusters are thrown into so many; 255 degrees of freedom widen an interval by 0.5 %.


@final
class BucketSums:
    """Several quantities at once.

    Args:
        num_quantities: How many.
        clustered: Whether buckets of rows tell the spread; else moments of rows do.
    """

    def __init__(self, num_quantities: int, *, clustered: bool) -> None:
        self._sums = np.zeros((num_quantities, BUCKETS))
        self._squares = np.zeros(num_quantities)
        self._unit_products = np.zeros(num_quantities)
        self._products = np.zeros(num_quantities)
        self._moments = None if clustered else np.zeros((2, num_quantities, 4))

    def add(self, values: np.ndarray, weights: np.ndarray, labels: np.ndarray, buckets: np.ndarray) -> None:
        """Sees rows.

        Args:
            values: `[quantities, rows]`, weighted.
            weights: `[rows]`.
            labels: `[rows]`, weighted.
            buckets: `[rows]`.
        """
        for place, own in enumerate(values):
            self._sums[place] += np.bincount(buckets, weights=own, minlength=BUCKETS)
        self._squares += np.square(values).sum(axis=1)
        self._unit_products += (values * weights).sum(axis=1)
        self._products += (values * labels).sum(axis=1)
        if self._moments is not None:
            self._moments += np.stack([_moments(values, weights), _moments(values, labels)])

    def merge(self, other: BucketSums) -> None:
        """Sees what `other` saw."""
        self._sums += other._sums
        self._squares += other._squares
        self._unit_products += other._unit_products
        self._products += other._products
        if self._moments is not None and other._moments is not None:
            self._moments += other._moments

    def of(self, place: int) -> Sums:
        """One quantity."""
        sums = self._sums[place].copy()
        products = float(self._unit_products[place]), float(self._products[place])
        moments = (None, None) if self._moments is None else self._moments[:, place].copy()
        return Sums(float(sums.sum()), float(self._squares[place]), *products, sums, *moments)


def _moments(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`[quantities, 4]`, as `Sums.unit_moments`."""
    squares, others = np.square(values), np.square(other)
    crosses = values * other
    found = (crosses * others, np.square(crosses), crosses * squares, np.square(squares))
    return np.stack([own.sum(axis=1) for own in found], axis=1)
