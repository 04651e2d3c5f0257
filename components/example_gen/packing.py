"""Many records as one compressed byte string: what goes through Beam's shuffle."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

__all__ = ["pack", "unpack"]

_CODEC: Final = "zstd"  # Records repeat every feature's name: a seventh of the bytes is left, at 300 MB/s.
_HEAD: Final = struct.Struct("<QI")  # Unpacked bytes, records.


def pack(records: Sequence[bytes]) -> bytes:
    """`records` as one byte string."""
    lengths = np.array([len(record) for record in records], dtype="<u4").tobytes()
    content = b"".join((lengths, *records))
    return _HEAD.pack(len(content), len(records)) + pa.compress(content, codec=_CODEC, asbytes=True)


def unpack(packed: bytes) -> Iterator[bytes]:
    """The records that `pack` was given."""
    num_bytes, num_records = _HEAD.unpack_from(packed)
    content = pa.decompress(packed[_HEAD.size :], num_bytes, codec=_CODEC, asbytes=True)
    lengths = np.frombuffer(content, dtype="<u4", count=num_records)
    start = lengths.nbytes
    for length in lengths.tolist():
        yield content[start : start + length]
        start += length
