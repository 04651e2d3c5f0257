"""Reads the examples of a split as Arrow batches, with the columns that are needed and no others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import types
from tfx.components.util import tfxio_utils
from tfx_bsl.tfxio import tfxio

__all__ = ["batches_of", "first_rows"]

_TELEMETRY: Final = ["evaluator"]
_GZIPPED: Final = ".gz"


def batches_of(
    examples: Sequence[types.Artifact], *, split: str, schema: schema_pb2.Schema, columns: Collection[str]
) -> tfxio.TFXIO:
    """What reads a split: its `BeamSource` gives Arrow batches with the raw example beside the columns.

    Args:
        examples: Examples artifacts.
        split: Which split.
        schema: Of all columns.
        columns: Which are to be decoded; each that the schema lacks is left out.
    """
    needed = schema_pb2.Schema(feature=[feature for feature in schema.feature if feature.name in columns])
    return tfxio_utils.get_split_tfxio(
        list(examples),
        split,
        telemetry_descriptors=_TELEMETRY,
        schema=needed,
        raw_record_column_name=tfma.ARROW_INPUT_COLUMN,
    )


def first_rows(examples: Sequence[types.Artifact], *, split: str, num_rows: int) -> list[bytes]:
    """The first serialized examples of a split; fewer where there are fewer."""
    patterns, _ = tfxio_utils.get_file_format_and_patterns(list(examples), split)
    files = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
    rows: list[bytes] = []
    for path in files:
        compression = "GZIP" if path.endswith(_GZIPPED) else ""
        records = tf.data.TFRecordDataset(path, compression_type=compression).take(num_rows - len(rows))
        rows += list(records.as_numpy_iterator())
        if len(rows) == num_rows:
            break
    return rows
