"""Rows as trees read them: one matrix, labels, weights and lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["Lists", "TreeRows", "columns_of"]


@dataclasses.dataclass(frozen=True)
class Lists:
    """A column of several ids a row.

    Attributes:
        values: All ids, row after row.
        lengths: `[rows]`, how many are each row's.
    """

    values: np.ndarray
    lengths: np.ndarray


@dataclasses.dataclass(frozen=True, kw_only=True)
class TreeRows:
    """Rows of one output.

    Attributes:
        values: `[rows, columns]`, categories as numbers.
        categories: Places of the columns that hold categories.
        labels: `[rows]`.
        weights: `[rows]`, above 0.
        lists: `[rows]` ids of the lists that rows belong together in; None where each stands alone.
    """

    values: np.ndarray
    categories: tuple[int, ...]
    labels: np.ndarray
    weights: np.ndarray
    lists: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def chosen(self, places: np.ndarray) -> TreeRows:
        """The rows at `places`, or where it is true."""
        return dataclasses.replace(
            self,
            values=self.values[places],
            labels=self.labels[places],
            weights=self.weights[places],
            lists=None if self.lists is None else self.lists[places],
        )


def columns_of(
    columns: Mapping[str, np.ndarray | Lists], categorical: Sequence[str]
) -> tuple[np.ndarray, tuple[int, ...], tuple[str, ...]]:
    """A matrix, the places of its categories, and its columns' names.

    Trees read one value a column. Of a list they get how many ids it holds, and the first and the last of them as
    categories, -1, which is missing, where it holds none: an order is kept at its ends alone.

    Args:
        columns: `[rows]` each, or lists.
        categorical: Which of those that are no lists hold categories.
    """
    parts: dict[str, np.ndarray] = {}
    categories = set(categorical)
    for name, column in columns.items():
        if not isinstance(column, Lists):
            parts[name] = column
            continue
        ends = np.cumsum(column.lengths)
        padded = np.append(column.values, -1)
        is_there = column.lengths > 0
        parts[f"{name}/length"] = column.lengths
        parts[f"{name}/first"] = padded[np.where(is_there, ends - column.lengths, -1)]
        parts[f"{name}/last"] = padded[np.where(is_there, ends - 1, -1)]
        categories |= {f"{name}/first", f"{name}/last"}
    matrix = np.stack([np.asarray(column, np.float64) for column in parts.values()], axis=1)
    return matrix, tuple(place for place, name in enumerate(parts) if name in categories), tuple(parts)
