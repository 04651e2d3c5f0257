"""Files of transformed examples, read into a row store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import tensorflow as tf

from components.errors import UnusableInputError
from components.trainer.rows.format import RowFormat
from components.trainer.rows.store import RowStore

__all__ = ["store_rows"]

_PARSED_ROWS: Final = 4_096  # Large batches make parsing cheap; a few of them are in memory.
_NUM_OPEN_FILES: Final = 4
_BROKEN: Final = (tf.errors.DataLossError, tf.errors.InvalidArgumentError)


def store_rows(patterns: Sequence[str], rows: RowFormat, *, split: str, bucket_rows: int) -> RowStore:
    """Reads all transformed examples of a split.

    Args:
        patterns: Of gzipped TFRecord files.
        rows: Their columns.
        split: Named in messages.
        bucket_rows: As in `RowStore`.

    Raises:
        UnusableInputError: A file is broken, an example lacks a column, or there is none.
        ScratchSpaceError: There is no room for temporary files.
    """
    files = sorted(path for pattern in patterns for path in tf.io.gfile.glob(pattern))
    store = RowStore(_packed(files, rows, split), bucket_rows, leading_bytes=rows.leading_bytes)
    if not store.num_rows:
        raise UnusableInputError(
            [f"The {split} split must hold rows, got none in {list(patterns)}: check how `data` is split."]
        )
    return store


def _packed(files: Sequence[str], rows: RowFormat, split: str) -> Iterator[list[bytes]]:
    try:
        for batch in _parsed(files, rows):
            yield rows.pack(batch)
    except _BROKEN as error:
        raise UnusableInputError(
            [f"The {split} split cannot be read: {_reason(files, rows)} Run Transform again."]
        ) from error


def _parsed(files: Sequence[str], rows: RowFormat) -> tf.data.Dataset:
    examples = tf.data.Dataset.from_tensor_slices(tf.constant(files, tf.string)).interleave(
        lambda file: tf.data.TFRecordDataset(file, compression_type="GZIP"),
        cycle_length=_NUM_OPEN_FILES,
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=False,
    )
    parsed = examples.batch(_PARSED_ROWS).map(
        lambda batch: tf.io.parse_example(batch, rows.feature_spec),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=False,
    )
    return parsed.prefetch(tf.data.AUTOTUNE)


def _reason(files: Sequence[str], rows: RowFormat) -> str:
    """Which file is broken, and why: TensorFlow does not say which."""
    for file in files:
        try:
            for _ in _parsed([file], rows):
                pass
        except _BROKEN as error:
            said = error.message.partition("}} ")[2] or error.message
            return f"{file!r}: {said.partition(' [Op:')[0]}."
    return "it could be read a moment later; the files change while they are read."
