"""Sums over rows by bucket of clusters."""

from __future__ import annotations

from typing import Final, final

import numpy as np

from components.comparison.view import Sums

__all__ = ["BUCKETS", "BucketSums"]

BUCKETS: Final = 2**8  # Clusters are thrown into so many; 255 degrees of freedom widen an interval by 0.5 %.


@final
class BucketSums:
    """Several quantities at once."""

    def __init__(self, num_quantities: int) -> None:
        self._sums = np.zeros((num_quantities, BUCKETS))
        self._squares = np.zeros(num_quantities)
        self._unit_products = np.zeros(num_quantities)
        self._products = np.zeros(num_quantities)

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

    def merge(self, other: BucketSums) -> None:
        """Sees what `other` saw."""
        self._sums += other._sums
        self._squares += other._squares
        self._unit_products += other._unit_products
        self._products += other._products

    def of(self, place: int) -> Sums:
        """One quantity."""
        sums = self._sums[place].copy()
        products = float(self._unit_products[place]), float(self._products[place])
        return Sums(float(sums.sum()), float(self._squares[place]), *products, sums)
