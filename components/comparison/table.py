"""Rows kept one by one, as columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

__all__ = ["Table"]


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of one output; a score that cannot be one is NaN.

    Attributes:
        labels: `[rows]`.
        scores: `[models, rows]`.
        hits: `[models, rows]`, or `[0, rows]`.
        weights: `[rows]`, how many rows each stands for, itself included.
        clusters: `[rows]` ids; zeros where rows are independent.
        slots: `[slicings, rows]` places in the list of slices; -1 in none.
    """

    labels: np.ndarray
    scores: np.ndarray
    hits: np.ndarray
    weights: np.ndarray
    clusters: np.ndarray
    slots: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, places: np.ndarray | slice) -> Table:
        """The rows at `places`, or where they are true; itself where that is all of them."""
        if isinstance(places, np.ndarray) and places.dtype == bool and places.all():
            return self
        return Table(*(getattr(self, field.name)[..., places] for field in dataclasses.fields(self)))

    @classmethod
    def join(cls, tables: Sequence[Table]) -> Table:
        """All rows, in the order of the tables; at least one table."""
        if len(tables) == 1:
            return tables[0]
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(table, name) for table in tables], axis=-1) for name in names))
