"""The rows of a run as its network read them, and the raw columns beside them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.comparison.rows import cluster_ids
from components.errors import UnusableInputError
from components.trainer.rows import RowFormat, RowStore
from components.trees.rows import Lists

__all__ = ["RunRows", "read_rows"]

_BATCH_ROWS: Final = 4_096


@dataclasses.dataclass(frozen=True)
class RunRows:
    """A split, in the order in which ExampleGen wrote it.

    Attributes:
        serialized: `[rows]` tf.Examples of raw columns.
        features: By transformed column, `[rows]` or lists.
        targets: Labels, known-masks and weights by column, `[rows]` float32.
        raw: By raw column, `[rows]`: text as str, "" where missing, or numbers, NaN where missing.
        digest: Of the features and targets, as a `RowStore` of the Trainer tells rows from others.
    """

    serialized: list[bytes]
    features: Mapping[str, np.ndarray | Lists]
    targets: Mapping[str, np.ndarray]
    raw: Mapping[str, np.ndarray]
    digest: int

    def groups(self, column: str) -> np.ndarray:
        """`[rows]` ids of users or lists, `NO_ID` where a row has none."""
        return cluster_ids(self.raw[column].astype(object))


def read_rows(
    examples: str, split: str, *, transformed: tft.TFTransformOutput, rows: RowFormat, raw: Sequence[str]
) -> RunRows:
    """Reads a split of raw examples, and transforms it by the run's own graph.

    Not Transform's examples: their order is another in every process, and they lack the raw columns.

    Args:
        examples: Folder of the splits.
        split: Which.
        transformed: The Transform graph.
        rows: The columns that the network is trained on.
        raw: Raw columns to give too.

    Raises:
        UnusableInputError: The split is not there or has no rows.
    """
    files = sorted(tf.io.gfile.glob(os.path.join(examples, f"Split-{split}", "*")))
    serialized = list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()) if files else []
    if not serialized:
        raise UnusableInputError([f"The {split} split must hold rows, got none in {examples}: run the pipeline again."])
    spec, layer = transformed.raw_feature_spec(), transformed.transform_features_layer()
    columns: dict[str, list[Any]] = {name: [] for name in rows.feature_spec}
    cells: dict[str, list[np.ndarray]] = {name: [] for name in raw}  # A feature may be called like its raw column.
    packed = []
    for batch in _batches(serialized):
        parsed = tf.io.parse_example(batch, spec)
        given = {name: _as_read(values) for name, values in layer(dict(parsed)).items() if name in rows.feature_spec}
        packed.append(rows.pack(given))
        for name, values in given.items():
            columns[name].append(values)
        for name in raw:
            cells[name].append(_plain(parsed[name]))
    targets = {name: tf.concat(columns[name], axis=0) for name in rows.targets}
    with RowStore(packed, len(serialized) + 1) as store:
        digest = store.digest
    return RunRows(
        serialized=serialized,
        features={name: _joined(columns[name]) for name in (*rows.ids, *rows.lists, *rows.numbers)},
        targets={name: np.asarray(own) for name, own in (rows.derive(targets) if rows.derive else targets).items()},
        raw={name: np.concatenate(found) for name, found in cells.items()},
        digest=digest,
    )


def _batches(serialized: Sequence[bytes]) -> Iterator[tf.Tensor]:
    for start in range(0, len(serialized), _BATCH_ROWS):
        yield tf.constant(serialized[start : start + _BATCH_ROWS], tf.string)


def _as_read(values: Any) -> Any:  # Tensors of any sort, which carry no types.
    """As a Trainer reads transformed examples: dense, or ragged where there are several values a row."""
    return tf.RaggedTensor.from_sparse(values) if isinstance(values, tf.SparseTensor) else values


def _joined(batches: Sequence[Any]) -> np.ndarray | Lists:
    if isinstance(batches[0], tf.RaggedTensor):
        joined = tf.concat(batches, axis=0)
        return Lists(joined.values.numpy(), joined.row_lengths().numpy())
    return np.concatenate([np.asarray(values) for values in batches])


def _plain(values: Any) -> np.ndarray:
    """`[rows]`, the first value of each."""
    is_text = values.dtype == tf.string
    missing = b"" if is_text else np.nan
    if isinstance(values, tf.SparseTensor):
        rows, places = values.dense_shape[0].numpy(), values.indices[:, 0].numpy()
        found = np.full(rows, missing, object if is_text else np.float64)
        first = np.unique(places, return_index=True)[1]
        found[places[first]] = values.values.numpy()[first]
    else:
        found = np.asarray(values).reshape(-1).astype(object if is_text else np.float64)
    return np.array([value.decode(errors="replace") for value in found], object) if is_text else found
