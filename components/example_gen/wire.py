"""Serializes tf.Examples, the same bytes for the same row in every process.

Source: Protocol Buffers, "Encoding"; tensorflow/core/example/example.proto and feature.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

__all__ = ["bytes_entries", "float_entries", "serialized_examples"]

_FIELD_1 = b"\x0a"  # A field's number and kind: number 1, bytes with a length before them.
_FIELD_2 = b"\x12"


def float_entries(name: str, values: np.ndarray, known: np.ndarray) -> list[bytes]:
    """One entry of the feature map a row, a list of one float; empty where not known."""
    packed = b"\x0a\x04"  # The list's field 1: 4 bytes, one float.
    feature = _FIELD_2 + b"\x06" + packed
    value = _FIELD_2 + b"\x08" + feature
    key = _sized(_FIELD_1, name.encode())
    prefix = _FIELD_1 + _varint(len(key) + len(value) + 4) + key + value
    cells = values.astype("<f4").tobytes()
    return [prefix + cells[4 * row : 4 * row + 4] if has else b"" for row, has in enumerate(known.tolist())]


def bytes_entries(name: str, values: pa.Array) -> list[bytes]:
    """One entry of the feature map a row, a list of one byte string; empty where null."""
    key = _sized(_FIELD_1, name.encode())
    made: dict[bytes | None, bytes] = {None: b""}
    entries = []
    for cell in values.to_pylist():
        entry = made.get(cell)
        if entry is None:
            feature = _sized(_FIELD_1, _sized(_FIELD_1, cell))
            entry = made[cell] = _sized(_FIELD_1, key + _sized(_FIELD_2, feature))
        entries.append(entry)
    return entries


def serialized_examples(entries: Mapping[str, Sequence[bytes]]) -> Iterator[bytes]:
    """A tf.Example a row, from the entries of every feature; features stand in the order of their names' bytes."""
    ordered: Iterable[Sequence[bytes]] = [entries[name] for name in sorted(entries, key=str.encode)]
    return (_sized(_FIELD_1, b"".join(row)) for row in zip(*ordered, strict=True))


def _sized(field: bytes, content: bytes) -> bytes:
    return field + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
