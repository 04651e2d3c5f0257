"""Statistics of logged requests."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.errors import UnusableInputError
from components.example_gen.files import find_files, open_file
from components.example_gen.readers import READERS, Block, Reading
from components.example_gen.source import DataConfig, Format
from components.example_gen.split import HashSplit
from components.example_gen.table import Table
from components.example_gen.tally import Tally
from components.shift.config import SkewConfig
from components.shift.tfdv import StatsOptions, generate_statistics_in_memory
from models.expression import ColumnType

__all__ = ["served_statistics"]

_UNUSED_SPLIT: Final = HashSplit(eval_share=0.5)  # Logged requests are not split.


def served_statistics(
    skew: SkewConfig, data: DataConfig, *, columns: Mapping[str, ColumnType], delimiters: Mapping[str, str]
) -> statistics_pb2.DatasetFeatureStatisticsList:
    """What TFDV tells of the newest logged requests, each column read as ExampleGen reads it.

    Args:
        skew: Which files, and how many rows at most.
        data: How files are written.
        columns: The columns to read, and as what.
        delimiters: As in `components.example_gen.plan.ExampleGenPlan`.

    Raises:
        UnusableInputError: No file is found, or one cannot be read or lacks a column.
    """
    form = skew.format or data.format
    written = dataclasses.replace(
        data.elsewhere(skew.rows, _UNUSED_SPLIT),
        format=form,
        columns=data.columns if form is Format.CSV else (),
        group_columns=(),
    )
    used = {name: kind for name, kind in sorted(columns.items())}
    reading = Reading(written, tuple(used), whole=False)
    batches: list[pa.RecordBatch] = []
    left = skew.max_rows
    for file in reversed(find_files(written)):
        for block in READERS[written.format](functools.partial(open_file, file.path), file.path, reading):
            batches.append(_batch(block, file.path, columns=used, delimiters=delimiters).slice(0, left))
            left -= batches[-1].num_rows
            if not left:
                break
        if not left:
            break
    if not any(batch.num_rows for batch in batches):
        raise UnusableInputError([f"`{skew.rows}` holds no rows. Log some requests, or leave `skew` out."])
    rows = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
    return generate_statistics_in_memory(rows, StatsOptions())


def _batch(
    block: Block, path: str, *, columns: Mapping[str, ColumnType], delimiters: Mapping[str, str]
) -> pa.RecordBatch:
    """Lists of one value a row, null where it is missing, as TFDV takes them."""
    table = Table(block, path, delimiters=delimiters, tally=Tally())
    arrays = []
    for name, kind in columns.items():
        if kind is ColumnType.STRING:
            values = table.strings(name).cast(pa.binary())
        else:
            read = table.numbers(name)
            values = pa.array(read.values.astype(np.float32), pa.float32(), mask=~read.known)
        arrays.append(_as_lists(values))
    return pa.record_batch(arrays, names=list(columns))


def _as_lists(values: pa.Array) -> pa.Array:
    known = np.asarray(values.is_valid())
    starts = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
    offsets = pa.array(starts, mask=np.append(~known, False))
    return pa.ListArray.from_arrays(offsets, values.drop_null())
