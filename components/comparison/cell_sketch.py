"""One cell, from sums of its rows."""

from __future__ import annotations

import dataclasses
from typing import final

import numpy as np
from typing_extensions import override

from components.comparison.buckets import BUCKETS, BucketSums
from components.comparison.curve import curve_of
from components.comparison.distinct import DistinctCount
from components.comparison.grid import bin_centres, bin_edges
from components.comparison.kinds import Kind
from components.comparison.prepared import Prepared
from components.comparison.ranks import RankSketch
from components.comparison.shape import Shape
from components.comparison.view import Base, Curve, Placements, Sums, View

__all__ = ["CellSketch"]


@final
class CellSketch(View):
    """Sums that add up in any order; memory does not grow with rows."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.rows = 0
        self.positives = 0
        self._invalid = np.zeros(shape.models, np.int64)
        self._units = np.zeros(BUCKETS)
        self._labels = np.zeros(BUCKETS)
        self._unit_squares = self._unit_labels = self._label_squares = 0.0
        self._unit_fourths = self._label_fourths = 0.0
        self._sums = BucketSums(len(shape.series), clustered=shape.clustered)
        self._distinct = DistinctCount()
        self._ranks = (
            RankSketch(shape.models, clustered=shape.clustered, weighted=shape.weighted) if shape.ranks else None
        )

    def add(self, rows: Prepared) -> None:
        """Sees rows."""
        self.rows += len(rows.labels)
        self.positives += int(np.count_nonzero(rows.is_positive)) if self._shape.kind is Kind.BINARY else 0
        self._invalid += rows.is_invalid.sum(axis=1)
        self._units += np.bincount(rows.buckets, weights=rows.weights, minlength=BUCKETS)
        self._labels += np.bincount(rows.buckets, weights=rows.labels, minlength=BUCKETS)
        self._unit_squares += float(np.square(rows.weights).sum())
        self._unit_labels += float((rows.weights * rows.labels).sum())
        self._label_squares += float(np.square(rows.labels).sum())
        self._sums.add(rows.values, rows.weights, rows.labels, rows.buckets)
        if self._shape.clustered:
            self._distinct.add((rows.registers, rows.ranks))
        else:
            self._unit_fourths += float(np.square(np.square(rows.weights)).sum())
            self._label_fourths += float(np.square(np.square(rows.labels)).sum())
        if self._ranks is not None:
            self._ranks.add(rows)

    def merge(self, other: CellSketch) -> None:
        """Sees what `other` saw."""
        self.rows += other.rows
        self.positives += other.positives
        self._invalid += other._invalid
        self._units += other._units
        self._labels += other._labels
        self._unit_squares += other._unit_squares
        self._unit_labels += other._unit_labels
        self._label_squares += other._label_squares
        self._unit_fourths += other._unit_fourths
        self._label_fourths += other._label_fourths
        self._sums.merge(other._sums)
        self._distinct.merge(other._distinct)
        if self._ranks is not None and other._ranks is not None:
            self._ranks.merge(other._ranks)

    @property
    @override
    def clusters(self) -> int:
        """Within 1.6 % (one standard error)."""
        return self._distinct.count() if self._shape.clustered else self.rows

    @override
    def invalid(self, model: int) -> int:
        return int(self._invalid[model])

    @override
    def base(self) -> Base:
        """See `View`."""
        is_filled = self._units > 0
        has_groups = self._shape.clustered
        return Base(
            count=self.rows,
            units=float(self._units.sum()),
            labels=float(self._labels.sum()),
            unit_squares=self._unit_squares,
            unit_labels=self._unit_labels,
            label_squares=self._label_squares,
            unit_fourths=self._unit_fourths,
            label_fourths=self._label_fourths,
            group_units=self._units[is_filled] if has_groups else None,
            group_labels=self._labels[is_filled] if has_groups else None,
        )

    @override
    def sums(self, quantity: str, model: int, other: int | None) -> Sums:
        found = self._sums.of(self._shape.series.index((quantity, model, other)))
        groups = found.groups[self._units > 0] if self._shape.clustered and found.groups is not None else None
        return dataclasses.replace(found, groups=groups)

    @override
    def placements(self, model: int, other: int | None) -> Placements:
        return self._ranked().placements(model, other)

    @override
    def curve(self, model: int) -> Curve:
        negatives, positives = self._ranked().counts(model)
        counts = negatives + positives
        return curve_of(bin_centres() * counts, positives, counts, float(np.diff(bin_edges()).max() / 2))

    def _ranked(self) -> RankSketch:
        if self._ranks is None:
            raise ValueError("`metrics` must hold one of AUC or calibration error for ranks to be counted.")
        return self._ranks
