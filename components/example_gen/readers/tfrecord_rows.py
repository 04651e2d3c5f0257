"""TFRecord of tf.Example."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components.errors import UnusableInputError
from components.example_gen.readers.block import Block, Opener, Reading
from components.example_gen.tfrecord import read_records

__all__ = ["read_tfrecord"]

BATCH_ROWS: Final = 4_096
BATCH_BYTES: Final = 16 * 2**20


def read_tfrecord(open_stream: Opener, name: str, reading: Reading) -> Iterator[Block]:
    """Reads a TFRecord file; raises `UnusableInputError` if it is broken, holds no records or no examples.

    A feature that no example has cannot be told from a missing column, so that is left to whoever sees all files.
    """
    decoder = ExamplesToRecordBatchDecoder()
    first_row = 1
    with open_stream() as raw:
        for records in _batches(read_records(raw, name)):
            batch = _decoded(decoder, records, first_row, name)
            columns = {
                column: batch.column(place)
                for place, column in enumerate(batch.schema.names)
                if column in reading.needed and not pa.types.is_null(batch.schema.types[place])
            }
            whole = pa.array(records, pa.binary()) if reading.whole else None
            yield Block(first_row, len(records), columns, whole, tuple(batch.schema.names))
            first_row += len(records)
    if first_row == 1:
        raise UnusableInputError([f"`{name}` is empty: it must hold records. Remove it or write it again."])


def _batches(records: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    num_bytes = 0
    for record in records:
        batch.append(record)
        num_bytes += len(record)
        if len(batch) == BATCH_ROWS or num_bytes > BATCH_BYTES:
            yield batch
            batch, num_bytes = [], 0
    if batch:
        yield batch


def _decoded(decoder: ExamplesToRecordBatchDecoder, records: list[bytes], first_row: int, name: str) -> pa.RecordBatch:
    try:
        return decoder.DecodeBatch(records)
    except RuntimeError as error:
        for row, record in zip(itertools.count(first_row), records, strict=False):
            _check_example(decoder, record, row, name)
        last_row = first_row + len(records) - 1
        problem = f"records {first_row} to {last_row} of `{name}` differ in a feature's type: {str(error)[:300]}"
        raise UnusableInputError([f"{problem} Write the feature with one type."]) from error


def _check_example(decoder: ExamplesToRecordBatchDecoder, record: bytes, row: int, name: str) -> None:
    try:
        decoder.DecodeBatch([record])
    except RuntimeError as error:
        raise UnusableInputError([f"record {row} of `{name}` is no tf.Example. Write the file again."]) from error
