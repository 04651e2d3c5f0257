"""Parquet, a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.errors import UnusableInputError
from components.example_gen.cells import as_bytes
from components.example_gen.readers.block import Block, Opener, Reading, check_columns

__all__ = ["read_parquet"]

BATCH_ROWS: Final = 8_192


def read_parquet(open_stream: Opener, name: str, reading: Reading) -> Iterator[Block]:
    """Reads a Parquet file; raises `UnusableInputError` if it is broken, holds no rows or lacks a column."""
    with open_stream() as raw:
        try:
            file = pq.ParquetFile(raw)
            names = tuple(file.schema_arrow.names)
            if file.metadata.num_rows == 0:
                raise UnusableInputError([f"`{name}` holds no rows. Remove it or write it again."])
            check_columns(name, reading.needed, names)
            first_row = 1
            for batch in file.iter_batches(BATCH_ROWS, columns=None if reading.whole else list(reading.needed)):
                columns = {column: batch.column(column) for column in reading.needed}
                yield Block(first_row, batch.num_rows, columns, _whole(batch) if reading.whole else None, names)
                first_row += batch.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise UnusableInputError([f"`{name}` is not whole Parquet: {str(error)[:300]} Write it again."]) from error


def _whole(batch: pa.RecordBatch) -> pa.Array:
    cells = [as_bytes(column, "\x1e").values for column in batch.columns if not pa.types.is_struct(column.type)]
    return pc.binary_join_element_wise(*cells, b"\x1f", null_handling="replace", null_replacement=b"\x00")
