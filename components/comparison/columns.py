"""Columns of Parquet files as the rows of outputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.comparison.rows import NO_ID, NOWHERE, Membership, Rows, cluster_ids, membership_of_codes
from models.fusion.spread import between_0_and_1

__all__ = ["TaskColumns", "ids_of", "memberships_of", "rows_of"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskColumns:
    """Where an output is found.

    Attributes:
        output: A task or a product.
        kind: Binary or regression.
        metrics: Keys of `COMPARED`.
        label: Column; a missing value is an unknown label.
        candidate: Column of its scores.
        references: Columns of what it is compared with.
        known: Column of 0 for rows beyond the output's sample space, else of how many rows each stands for; None: all
            rows, one each.
        is_order: Whether scores are any numbers, of which the order counts.
    """

    output: str
    kind: Kind
    metrics: tuple[str, ...]
    label: str
    candidate: str
    references: Mapping[Reference, str] = dataclasses.field(default_factory=dict)
    known: str | None = None
    is_order: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All that are read."""
        return (self.label, self.candidate, *self.references.values(), *([self.known] if self.known else []))


def rows_of(
    batch: pa.RecordBatch, task: TaskColumns, clusters: np.ndarray | None, slices: Sequence[Membership]
) -> Rows:
    """One output of a batch.

    Args:
        batch: Holds the task's columns.
        task: Which they are.
        clusters: `[rows]` ids, or None.
        slices: One for each slicing.
    """
    labels = _numbers(batch[task.label])
    known = (~np.isnan(labels)).astype(np.float64)
    if task.known is not None:
        known *= np.nan_to_num(_numbers(batch[task.known]))
    scores = np.stack([_numbers(batch[name]) for name in (task.candidate, *task.references.values())])
    if task.is_order:
        scores = between_0_and_1(scores)
    return Rows(labels=labels, scores=scores, clusters=clusters, slices=slices, known=known)


def memberships_of(batch: pa.RecordBatch, slicings: Sequence[Sequence[str]]) -> list[Membership]:
    """The slices of each row, slicing by slicing."""
    encoded = {column: _encoded(batch[column]) for column in dict.fromkeys(name for own in slicings for name in own)}
    return [
        membership_of_codes(columns, [encoded[name][0] for name in columns], [encoded[name][1] for name in columns])
        for columns in slicings
    ]


def ids_of(column: pa.Array) -> np.ndarray:
    """`[rows]` ids of clusters, users or lists; missing values get `NO_ID`."""
    if pa.types.is_integer(column.type):  # As they are, whether or not others of the batch are missing.
        ids = cluster_ids(column.fill_null(0).to_numpy(zero_copy_only=False))
        ids[column.is_null().to_numpy(zero_copy_only=False)] = NO_ID
        return ids
    encoded = _dictionary(column)
    ids = cluster_ids(np.array([*encoded.dictionary.to_pylist(), None], dtype=object))
    return ids[encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)]


def _numbers(column: pa.Array) -> np.ndarray:
    """`[rows]`, missing values as NaN."""
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _encoded(column: pa.Array) -> tuple[np.ndarray, list[str]]:
    encoded = _dictionary(column)
    codes = encoded.indices.fill_null(NOWHERE).to_numpy(zero_copy_only=False)
    values = encoded.dictionary.to_pylist()
    return codes, [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values]


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    found = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    return found.cast(pa.dictionary(pa.int64(), found.type.value_type))
