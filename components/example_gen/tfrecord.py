"""TFRecord framing: length, checksum, bytes, checksum.

Source: TensorFlow, "TFRecord and tf.train.Example", section "TFRecords format details".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

import google_crc32c

from components.errors import UnusableInputError

__all__ = ["framed", "read_records"]

_MASK: Final = 0xA282EAD8
_LENGTH: Final = struct.Struct("<Q")
_CHECK: Final = struct.Struct("<I")
_HEAD_BYTES: Final = _LENGTH.size + _CHECK.size


def framed(record: bytes) -> bytes:
    """`record` as it stands in a TFRecord file."""
    length = _LENGTH.pack(len(record))
    return b"".join((length, _CHECK.pack(_masked(length)), record, _CHECK.pack(_masked(record))))


def read_records(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Each record of a stream; raises `UnusableInputError` at the first that is cut short or damaged."""
    number = 1
    while head := stream.read(_HEAD_BYTES):
        # A damaged length must not be believed: it could ask for any amount of memory.
        if len(head) < _HEAD_BYTES or _CHECK.unpack_from(head, _LENGTH.size)[0] != _masked(head[: _LENGTH.size]):
            raise _damaged(number, name)
        (length,) = _LENGTH.unpack_from(head)
        body = stream.read(length + _CHECK.size)
        if len(body) < length + _CHECK.size or _CHECK.unpack_from(body, length)[0] != _masked(body[:length]):
            raise _damaged(number, name)
        yield body[:length]
        number += 1


def _masked(content: bytes) -> int:
    check = google_crc32c.value(content)
    return (((check >> 15) | (check << 17)) + _MASK) & 0xFFFFFFFF


def _damaged(number: int, name: str) -> UnusableInputError:
    return UnusableInputError([f"record {number} of `{name}` is cut short or damaged. Write the file again."])
