"""The rows that an evaluation keeps for fusion: what their file is called, and its columns."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.errors import UnusableInputError
from models.fusion import FusionConfig
from models.tasks import known_column, label_column

__all__ = [
    "KEPT_ROWS",
    "ROWS_FILE",
    "columns_of",
    "head_column",
    "id_column",
    "numbers_of",
    "raw_column",
    "read_rows",
    "slice_column",
    "values_of",
]

ROWS_FILE: Final = "fusion_rows.parquet"  # In an evaluation's folder.
KEPT_ROWS: Final = os.path.join("assets.extra", ROWS_FILE)  # In that of a version.


def head_column(output: str) -> str:
    """What the model that was pushed predicts: float32, as it is served."""
    return f"candidate/{output}"


def id_column(column: str) -> str:
    """Ids of the values of a column that tells which rows belong together: what is in it cannot be told from them."""
    return f"id/{column}"


def slice_column(column: str) -> str:
    """The values of a column of slices as texts; null where there is none."""
    return f"slice/{column}"


def raw_column(column: str) -> str:
    """A raw column that formulas read, NaN or "" where there is none."""
    return f"column/{column}"


def read_rows(path: str, columns: Sequence[str]) -> pa.RecordBatch:
    """All rows of a file, as one batch of some columns.

    Raises:
        UnusableInputError: It cannot be read, or lacks a column.
    """
    try:
        file = pq.ParquetFile(path)
        lacking = [name for name in columns if name not in file.schema_arrow.names]
        if lacking:
            raise UnusableInputError(
                [f"`{path}` has no column `{lacking[0]}`: run the pipeline again, which keeps it."]
            )
        table = file.read(list(columns)).combine_chunks()
    except (OSError, pa.ArrowException) as error:
        raise UnusableInputError(
            [f"`{path}` cannot be read: {error}. Run the pipeline again, which keeps it."]
        ) from error
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def values_of(fusion: FusionConfig, batch: pa.RecordBatch) -> dict[str, np.ndarray]:
    """What formulas read of a batch, and the segment's column: see `models.fusion.score_rows`."""
    found = {name: numbers_of(batch[head_column(name)]) for name in fusion.heads}
    for name in fusion.inputs:
        column = batch[raw_column(name)]
        found[name] = _texts(column) if pa.types.is_string(column.type) else numbers_of(column)
    return found


def numbers_of(column: pa.Array) -> np.ndarray:
    """`[rows]` of a column of numbers, read-only: by DLPack, since `to_numpy` imports pandas."""
    if column.null_count:
        return np.asarray(column.to_numpy(zero_copy_only=False))
    return np.from_dlpack(column)


def columns_of(fusion: FusionConfig) -> list[str]:
    """All that scores and their label are told by."""
    label = [] if fusion.label is None else [label_column(fusion.label), known_column(fusion.label)]
    return [*map(head_column, fusion.heads), *map(raw_column, fusion.inputs), *label]


def _texts(column: pa.Array) -> np.ndarray:
    """`[rows]` bytes."""
    encoded = pc.dictionary_encode(column)
    met = np.empty(len(encoded.dictionary), dtype=object)
    met[:] = [text.encode() for text in encoded.dictionary.to_pylist()]
    return met[encoded.indices.to_numpy(zero_copy_only=False)]
