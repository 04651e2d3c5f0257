"""Rows with what the sketches add up."""

from __future__ import annotations

import dataclasses

import numpy as np

from components.comparison.buckets import BUCKETS
from components.comparison.distinct import marks
from components.comparison.grid import on_grid
from components.comparison.mixing import combined, mixed
from components.comparison.quantities import quantity
from components.comparison.shape import Shape
from components.comparison.table import Table

__all__ = ["Prepared"]


@dataclasses.dataclass(frozen=True)
class Prepared:
    """Rows, with what the sketches add up.

    Attributes:
        weights: `[rows]`.
        labels: `[rows]`, weighted.
        values: `[series, rows]`, weighted.
        is_positive: `[rows]`.
        is_invalid: `[models, rows]`.
        places: `[models, rows]`, on the grid of log-odds.
        hashes: `[rows]`, of the places and the weight.
        buckets: `[rows]`.
        registers: `[rows]`, of the clusters.
        ranks: `[rows]`, likewise.
    """

    weights: np.ndarray
    labels: np.ndarray
    values: np.ndarray
    is_positive: np.ndarray
    is_invalid: np.ndarray
    places: np.ndarray
    hashes: np.ndarray
    buckets: np.ndarray
    registers: np.ndarray
    ranks: np.ndarray

    @classmethod
    def of(cls, table: Table, shape: Shape) -> Prepared:
        """Each row is worked on once, however many slices it is in."""
        is_invalid = np.isnan(table.scores)
        scores = np.where(is_invalid, 0.0, table.scores)
        places = on_grid(scores) if shape.ranks else np.zeros((len(scores), len(table)), np.int64)
        clusters = mixed(table.clusters)
        hashes = combined(places) if shape.ranks else clusters
        return cls(
            table.weights,
            table.weights * table.labels,
            _series(table, scores, shape),
            table.labels > 0,
            is_invalid,
            places,
            mixed(hashes ^ mixed(table.weights.view(np.uint64))) if shape.weighted else hashes,
            (clusters & np.uint64(BUCKETS - 1)).astype(np.int64),
            *marks(clusters),
        )

    def take(self, places: np.ndarray | slice) -> Prepared:
        """The rows at `places`."""
        return Prepared(*(getattr(self, field.name)[..., places] for field in dataclasses.fields(self)))


def _series(table: Table, scores: np.ndarray, shape: Shape) -> np.ndarray:
    found = {
        (name, model): quantity(name, shape.kind, table.labels, own, table.hits[model] if len(table.hits) else None)
        for name in shape.quantities
        for model, own in enumerate(scores)
    }
    values = np.empty((len(shape.series), len(table)))
    for place, (name, model, other) in enumerate(shape.series):
        values[place] = found[name, model]
        if other is not None:
            values[place] -= found[name, other]
    if shape.weighted:
        values *= table.weights
    return values
