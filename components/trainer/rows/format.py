"""One transformed example as bytes that do not depend on who wrote it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from components.trainer.plan import InputPlan
from models.tasks import LIST_COLUMN, TaskGraph

__all__ = ["RowFormat", "list_ids", "row_format"]

_ID_BYTES = 8
_NUMBER_BYTES = 4

Targets = dict[str, tf.Tensor]
Batch = tuple[dict[str, Any], Targets]  # Any: dense or ragged tensors.


@dataclasses.dataclass(frozen=True)
class RowFormat:
    """The columns of a transformed example, and how they lie in a packed row.

    A packed row holds the id of its list, if there are ranking tasks, its other ids and the lengths of its lists as
    int64, its numbers as float32, then the lists' int64 values. Equal rows have equal bytes, which serialized examples
    do not: every process writes a tf.Example's features in an order of its own. Unpacking is also several times faster
    than parsing.

    Attributes:
        ids: Columns of one int64 a row.
        lists: Columns of any number of int64 a row.
        numbers: Columns of one float32 a row that the model reads.
        targets: Columns of one float32 a row that losses and metrics read.
        derive: From a batch's targets to those that losses and metrics read instead; None where they are the same.
        has_lists: Whether a row has the id of a list, which losses read.
    """

    ids: tuple[str, ...]
    lists: tuple[str, ...]
    numbers: tuple[str, ...]
    targets: tuple[str, ...]
    derive: Callable[[Targets], Targets] | None = None
    has_lists: bool = False

    @property
    def leading_bytes(self) -> int:
        """How many bytes rows of one list have in common, at the start; 0 where rows stand alone."""
        return _ID_BYTES if self.has_lists else 0

    @property
    def feature_spec(self) -> dict[str, Any]:
        """How `tf.io.parse_example` reads the columns; any type of TensorFlow's feature configurations."""
        dense = {name: tf.io.FixedLenFeature([], tf.int64) for name in self._ids}
        dense |= {name: tf.io.FixedLenFeature([], tf.float32) for name in (*self.numbers, *self.targets)}
        return dense | {name: tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64) for name in self.lists}

    @property
    def _num_integers(self) -> int:
        return len(self._ids) + len(self.lists)

    @property
    def _ids(self) -> tuple[str, ...]:
        return (LIST_COLUMN, *self.ids) if self.has_lists else self.ids

    @property
    def _fixed_bytes(self) -> int:
        return self._num_integers * _ID_BYTES + (len(self.numbers) + len(self.targets)) * _NUMBER_BYTES

    def pack(self, parsed: Mapping[str, Any]) -> list[bytes]:
        """Packs a batch that was parsed by `feature_spec`."""
        ids = [parsed[name].numpy() for name in self._ids]
        splits = [parsed[name].row_splits.numpy() for name in self.lists]
        numbers = _bytes([parsed[name].numpy() for name in (*self.numbers, *self.targets)], np.float32)
        integers = _bytes([*ids, *(np.diff(ends) for ends in splits)], np.int64)
        parts = [_cut(np.concatenate([integers, numbers], axis=1) if integers.size else numbers)]
        for name, ends in zip(self.lists, splits, strict=True):
            values = parsed[name].values.numpy().tobytes()
            parts.append([values[start:end] for start, end in itertools.pairwise((ends * _ID_BYTES).tolist())])
        return [b"".join(pieces) for pieces in zip(*parts, strict=True)] if self.lists else parts[0]

    def unpack(self, rows: tf.Tensor) -> Batch:
        """Turns packed rows, `[batch]`, into features and targets; lists are ragged, `[batch, (values)]`."""
        fixed = tf.io.decode_raw(rows, tf.uint8, fixed_length=self._fixed_bytes)
        edge = self._num_integers * _ID_BYTES
        integers = tf.unstack(_cast(fixed[:, :edge], tf.int64, self._num_integers), axis=1)
        numbers = tf.unstack(_cast(fixed[:, edge:], tf.float32, len(self.numbers) + len(self.targets)), axis=1)
        features: dict[str, Any] = dict(zip((*self._ids, *self.lists), integers, strict=True))
        start = tf.fill(tf.shape(rows), self._fixed_bytes)
        for name in self.lists:
            lengths = features[name]
            size = tf.cast(lengths, tf.int32) * _ID_BYTES
            values = tf.io.decode_raw(tf.strings.reduce_join(tf.strings.substr(rows, start, size)), tf.int64)
            features[name] = tf.RaggedTensor.from_row_lengths(values, lengths, validate=False)
            start += size
        features |= zip(self.numbers, numbers, strict=False)
        targets = dict(zip(self.targets, numbers[len(self.numbers) :], strict=True))
        if self.has_lists:
            targets[LIST_COLUMN] = features.pop(LIST_COLUMN)
        return features, targets if self.derive is None else self.derive(targets)


def row_format(inputs: Sequence[InputPlan], tasks: TaskGraph) -> RowFormat:
    """The columns that a model of `inputs` and `tasks` is trained on."""
    return RowFormat(
        ids=tuple(column.name for column in inputs if column.dim and column.combiner is None),
        lists=tuple(column.name for column in inputs if column.dim and column.combiner is not None),
        numbers=tuple(column.name for column in inputs if not column.dim),
        targets=tasks.columns,
        has_lists=tasks.list_column is not None,
    )


def list_ids(rows: Sequence[bytes]) -> np.ndarray:
    """`[rows]`: of packed rows that have them, the ids of their lists; below 0 for none."""
    return np.frombuffer(b"".join([row[:_ID_BYTES] for row in rows]), np.int64)


def _bytes(columns: Sequence[np.ndarray], kind: type) -> np.ndarray:
    """Columns side by side, `[rows, bytes]`."""
    return np.ascontiguousarray(np.array(columns, kind).T).view(np.uint8)


def _cut(matrix: np.ndarray) -> list[bytes]:
    """The rows of a byte matrix."""
    text, width = matrix.tobytes(), matrix.shape[1]
    return [text[start : start + width] for start in range(0, len(text), width)]


def _cast(matrix: tf.Tensor, dtype: tf.DType, columns: int) -> tf.Tensor:
    """Reads a byte matrix as `[rows, columns]` of `dtype`."""
    return tf.bitcast(tf.reshape(matrix, [-1, columns, dtype.size]), dtype)
