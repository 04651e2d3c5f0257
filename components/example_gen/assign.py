"""Which split a row goes to, and where in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.example_gen.cells import as_bytes, as_microseconds
from components.example_gen.files import InputFile
from components.example_gen.source import DataConfig
from components.example_gen.split import EVAL, TRAIN, VALIDATION, HashSplit, TimeSplit, microseconds
from components.example_gen.table import Table
from components.example_gen.tally import Count, Tally

__all__ = ["PLACE_BYTES", "assigned_splits", "places", "torn"]

PLACE_BYTES: Final = 16  # A record's place in its split: records are sorted by it.

_HALF: Final = PLACE_BYTES // 2
_SHARE_BYTES: Final = 8
_SHARE_RANGE: Final = 256**_SHARE_BYTES


def assigned_splits(data: DataConfig, file: InputFile, table: Table, tally: Tally) -> np.ndarray:
    """The name of each row's split: `[rows]`, strings."""
    if file.split is not None:
        return np.full(table.num_rows, file.split)
    if isinstance(data.split, TimeSplit):
        return _by_moment(data.split, table, tally)
    if isinstance(data.split, HashSplit):
        return _by_hash(data.split, table)
    raise TypeError(f"`split` by {data.split.by} must be known by file, got {file.path} without one.")


def places(data: DataConfig, table: Table, records: Sequence[bytes]) -> list[bytes]:
    """Each record's place: by its own hash, below that of its group if rows stay together."""
    if not data.group_columns:
        return [_digest(record, "place", PLACE_BYTES) for record in records]
    groups = _keys(table, data.group_columns).to_pylist()
    return [
        _digest(group, "group", _HALF) + _digest(record, "place", _HALF)
        for group, record in zip(groups, records, strict=True)
    ]


def torn(table: Table, column: str, splits: np.ndarray) -> np.ndarray:
    """`[rows]` bool: where rows of one value of `column` are not all in one of `splits`, as far as this table goes."""
    encoded = table.strings(column).dictionary_encode()
    lists = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    _, codes = np.unique(splits, return_inverse=True)
    first = np.zeros(len(encoded.dictionary) + 1, codes.dtype)
    first[lists] = codes
    is_torn = np.zeros(len(first), bool)
    np.logical_or.at(is_torn, lists, first[lists] != codes)
    is_torn[-1] = False  # Rows without a value are no list.
    return is_torn[lists]


def _by_hash(split: HashSplit, table: Table) -> np.ndarray:
    """Eval takes the lowest numbers, validation the next: what eval holds depends on its own share alone."""
    eval_end = int(split.eval_share * _SHARE_RANGE)
    validation_end = eval_end + int((split.validation_share or 0.0) * _SHARE_RANGE)
    keys = table.whole if table.whole is not None else _keys(table, split.columns)
    drawn = [int.from_bytes(_digest(key, "split", _SHARE_BYTES)) for key in keys.to_pylist()]
    names = [EVAL if number < eval_end else VALIDATION if number < validation_end else TRAIN for number in drawn]
    return np.array(names, dtype=np.str_)


def _by_moment(split: TimeSplit, table: Table, tally: Tally) -> np.ndarray:
    if isinstance(split.eval_from, str):
        moments, known = as_microseconds(table.cells(split.column))
    else:
        column = table.numbers(split.column)
        moments, known = column.values, column.known
    tally.mark(Count.NO_TIME, split.column, ~known, table.place(split.column))
    names = np.where(_is_from(split.eval_from, moments), EVAL, TRAIN)
    if split.validation_from is not None:
        names = np.where((names == TRAIN) & _is_from(split.validation_from, moments), VALIDATION, names)
    return names  # Where the time is not known, whatever: the run stops.


def _is_from(first: float | str, moments: np.ndarray) -> np.ndarray:
    return np.asarray(moments >= (microseconds(first) if isinstance(first, str) else first))


def _keys(table: Table, columns: Sequence[str]) -> pa.Array:
    """What rows of one group share; rows without any of the values share too."""
    cells = [as_bytes(table.cells(name), "\x1e").values for name in columns]
    return pc.binary_join_element_wise(*cells, b"\x1f", null_handling="replace", null_replacement=b"\x00")


def _digest(content: bytes, purpose: str, size: int) -> bytes:
    """A hash of its own for each purpose, or all of eval would lie in few shards."""
    return hashlib.blake2b(content, digest_size=size, person=purpose.encode()).digest()
