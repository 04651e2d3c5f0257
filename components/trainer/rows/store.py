"""An external sort: packed rows in an order that depends on their content alone, in bounded memory."""

from __future__ import annotations

import collections
import dataclasses
import os
import struct
import tempfile
from collections.abc import Iterable
from typing import BinaryIO, Final, Self, final

import numpy as np
import tensorflow as tf

from components.trainer.errors import ScratchSpaceError

__all__ = ["Bucket", "RowStore"]

_NUM_CELLS: Final = 4096  # The finest division into buckets.
_HASH_RANGE: Final = 2**63 - 1
_SIGN: Final = 0x80  # Of a number, in its last byte.
_HEAD: Final = struct.Struct("<II")  # Before each row on disk: its length and how often it occurs.


@dataclasses.dataclass(frozen=True)
class Bucket:
    """A part of the rows, small enough for memory.

    Attributes:
        rows: `[rows]`, distinct packed rows, sorted.
        counts: `[rows]`, how often each occurs.
    """

    rows: tf.Tensor
    counts: np.ndarray


@final
class RowStore:
    """Rows by the million, divided into buckets by their hash.

    Whoever wrote the rows, in whatever order and however often they were cut into files: the buckets are the same.
    Up to `bucket_rows` distinct rows stay in memory; more go to an unnamed file in the folder for temporary files,
    which the system removes when this process ends, however it ends.

    Attributes:
        num_rows: All rows, repeated ones included.
        num_buckets: Buckets, from 0 on.
        digest: 64 bits that tell these rows from others, whatever their order.
    """

    def __init__(self, batches: Iterable[list[bytes]], bucket_rows: int, *, leading_bytes: int = 0) -> None:
        """Reads all of `batches`.

        Args:
            batches: Packed rows.
            bucket_rows: About as many rows are in one bucket; memory grows with it.
            leading_bytes: So many hold the id of a row's list, and lists are in one bucket; 0 where rows stand alone,
                as rows with an id below 0 do in any case.

        Raises:
            ScratchSpaceError: There is no room for temporary files.
        """
        self.num_rows = 0
        self.digest = 0
        self._leading_bytes = leading_bytes
        self._file: BinaryIO | None = None
        self._runs: list[np.ndarray] = []  # Each `[cells + 1]`: where its cells begin in the file, and the end.
        self._only = _sorted(collections.Counter())
        self._memory: collections.Counter[bytes] = collections.Counter()
        for rows in batches:
            self._memory.update(rows)
            self.num_rows += len(rows)
            if len(self._memory) > bucket_rows:
                self._spill()
        if self._runs:
            self._spill()
        else:
            self._add_to_digest(*_hashed(self._memory))
            self._only = _sorted(self._memory)
            self._memory.clear()
        num_buckets = -(-self.num_rows // bucket_rows)
        self.num_buckets = min(_NUM_CELLS, num_buckets) if self._runs else 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the room on disk back."""
        if self._file is not None:
            self._file.close()

    def bucket(self, number: int) -> Bucket:
        """Reads one bucket."""
        if self._file is None:
            return self._only
        first, end = (place * _NUM_CELLS // self.num_buckets for place in (number, number + 1))
        found: collections.Counter[bytes] = collections.Counter()
        for ends in self._runs:
            start, size = int(ends[first]), int(ends[end] - ends[first])
            _count(os.pread(self._file.fileno(), size, start), found)
        return _sorted(found)

    def _add_to_digest(self, counts: np.ndarray, hashes: np.ndarray) -> None:
        total = np.sum(counts.astype(np.uint64) * hashes.astype(np.uint64), dtype=np.uint64)  # Modulo 2^64.
        self.digest = (self.digest + int(total)) % 2**64

    def _places(self, hashes: np.ndarray) -> np.ndarray:
        """By what the rows in memory are divided: their own `hashes`, or those of what they begin with."""
        size = self._leading_bytes
        if not size:
            return hashes
        begin = [row if row[size - 1] & _SIGN else row[:size] for row in self._memory]
        return tf.strings.to_hash_bucket_fast(begin, _HASH_RANGE).numpy()

    def _spill(self) -> None:
        """Moves what is in memory to the file."""
        counts, hashes = _hashed(self._memory)
        self._add_to_digest(counts, hashes)
        cells = self._places(hashes) // (_HASH_RANGE // _NUM_CELLS + 1)
        order = np.argsort(cells, kind="stable")
        rows = list(self._memory)
        records = [_HEAD.pack(len(rows[place]), counts[place]) + rows[place] for place in order]
        sizes = np.bincount(cells[order], weights=[len(record) for record in records], minlength=_NUM_CELLS)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="evenkeel-rows-")  # noqa: SIM115  # Lives as long as the store.
            start = self._file.tell()
            self._file.write(b"".join(records))
            self._file.flush()
        except OSError as error:
            raise ScratchSpaceError(
                f"`TMPDIR` must name a folder with room for all transformed rows, got {tempfile.gettempdir()!r} after "
                f"{self.num_rows} rows: {error}. Make room there, or name another folder."
            ) from error
        self._runs.append(start + np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
        self._memory.clear()


def _sorted(found: collections.Counter[bytes]) -> Bucket:
    rows = sorted(found)
    return Bucket(tf.constant(rows, tf.string), np.fromiter((found[row] for row in rows), np.int64, len(rows)))


def _hashed(rows: collections.Counter[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Counts and 63-bit hashes of the rows, in their order."""
    counts = np.fromiter(rows.values(), np.int64, len(rows))
    if not rows:
        return counts, counts
    return counts, tf.strings.to_hash_bucket_fast(list(rows), _HASH_RANGE).numpy()


def _count(text: bytes, found: collections.Counter[bytes]) -> None:
    """Adds the rows of a stretch of the file."""
    place = 0
    while place < len(text):
        length, count = _HEAD.unpack_from(text, place)
        place += _HEAD.size
        found[text[place : place + length]] += count
        place += length
