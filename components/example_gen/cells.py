"""Raw cells to numbers, byte strings and times."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.example_gen.event_time import TimeUnit
from components.example_gen.split import microseconds
from models.expression import Column

__all__ = ["Numbers", "Strings", "as_bytes", "as_microseconds", "as_moments", "as_numbers"]

_LARGEST: Final = float(np.finfo(np.float32).max)  # What is beyond would be infinite in a tf.Example.
_PER_SECOND: Final = 1_000_000
_FIRST_MOMENT: Final = microseconds("0001-01-01")
_END_OF_MOMENTS: Final = microseconds("9999-12-31")


@dataclasses.dataclass(frozen=True)
class Numbers:
    """Cells read as numbers.

    Attributes:
        column: float64 values; not known where missing, not finite or wrong.
        not_finite: `[rows]`, where a cell is NaN, infinite or beyond float32.
        wrong: `[rows]`, where a cell is no number.
    """

    column: Column
    not_finite: np.ndarray
    wrong: np.ndarray


@dataclasses.dataclass(frozen=True)
class Strings:
    """Cells read as byte strings.

    Attributes:
        values: Binary, null where missing or wrong.
        wrong: `[rows]`, where a cell holds several values and no delimiter joins them.
    """

    values: pa.Array
    wrong: np.ndarray


def as_numbers(cells: pa.Array) -> Numbers:
    """Reads numbers, text of numbers, booleans (0 and 1), and times (seconds from 1970)."""
    cells, wrong = _single(_plain(cells))
    if _is_text(cells.type):
        values, unread = _parsed(cells, float, pa.float64())
        wrong = wrong | unread
    elif pa.types.is_temporal(cells.type):
        values = _numpy(_moments(cells), np.float64) / _PER_SECOND
    else:
        values = _numpy(pc.cast(cells, pa.float64(), safe=False), np.float64)
    present = ~_nulls(cells) & ~wrong
    finite = np.abs(values) <= _LARGEST  # False for NaN too.
    known = present & finite
    return Numbers(Column(np.where(known, values, 0.0), known), present & ~finite, wrong)


def as_bytes(cells: pa.Array, delimiter: str | None = None) -> Strings:
    """Reads strings as they are and all else as text; joins lists by `delimiter`."""
    cells = _plain(cells)
    wrong = np.zeros(len(cells), dtype=bool)
    if pa.types.is_list(cells.type):
        if delimiter is None:
            cells, wrong = _single(cells)
        else:
            lists = pa.ListArray.from_arrays(cells.offsets, _text(cells.values), mask=cells.is_null())
            joined = pc.binary_join(lists, delimiter)
            empty = pc.equal(pc.list_value_length(cells), 0)
            cells = pc.if_else(empty, pa.scalar(None, pa.string()), joined)
    return Strings(_text(cells).view(pa.binary()), wrong)


def as_microseconds(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds from 1970, `[rows]`, and where there are any: ISO dates and times, with or without a zone."""
    cells, wrong = _single(_plain(cells))
    if pa.types.is_temporal(cells.type):
        return _numpy(_moments(cells), np.int64), ~_nulls(cells)
    values, unread = _parsed(_text(cells), microseconds, pa.timestamp("us"))
    return values.astype(np.int64), ~_nulls(cells) & ~wrong & ~unread


def as_moments(cells: pa.Array, unit: TimeUnit) -> Column:
    """Microseconds from 1970 as int64; not known where a cell is no time of the years 1 to 9999."""
    cells, _ = _single(_plain(cells))
    if pa.types.is_temporal(cells.type) or not unit.microseconds:
        values, known = as_microseconds(cells)
    else:
        numbers = as_numbers(cells).column
        values, known = np.rint(numbers.values * unit.microseconds), numbers.known
    known = known & (values >= _FIRST_MOMENT) & (values < _END_OF_MOMENTS)
    return Column(np.where(known, values, 0).astype(np.int64), known)


def _plain(cells: pa.Array) -> pa.Array:
    """Without dictionaries and 64-bit offsets."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_large_list(cells.type):
        cells = pc.cast(cells, pa.list_(_small(cells.type.value_type)))
    elif pa.types.is_list(cells.type) and cells.offset:
        cells = pa.concat_arrays([cells])  # Offsets of a slice start in the middle of its values.
    return pc.cast(cells, _small(cells.type))


def _small(kind: pa.DataType) -> pa.DataType:
    return {pa.large_binary(): pa.binary(), pa.large_string(): pa.string()}.get(kind, kind)


def _single(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """The one value of each list; where there are several it is wrong."""
    if not pa.types.is_list(cells.type):
        return cells, np.zeros(len(cells), dtype=bool)
    lengths = _numpy(pc.list_value_length(cells), np.int64)
    places = pa.array(cells.offsets.to_numpy()[:-1], pa.int64(), mask=lengths != 1)
    return cells.values.take(places), lengths > 1


def _text(cells: pa.Array) -> pa.Array:
    """As strings; bytes of any encoding pass, for Arrow looks no closer."""
    if pa.types.is_binary(cells.type):
        return cells.view(pa.string())
    return cells if pa.types.is_string(cells.type) else pc.cast(cells, pa.string())


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_string(kind)


def _moments(cells: pa.Array) -> pa.Array:
    zone = getattr(cells.type, "tz", None)
    return pc.cast(pc.cast(cells, pa.timestamp("us", zone), safe=False), pa.int64())


def _parsed(cells: pa.Array, parse: Callable[[str], float], fast: pa.DataType) -> tuple[np.ndarray, np.ndarray]:
    """Values and where they are wrong: by Arrow, or a cell at a time where Arrow refuses."""
    text = _text(cells)
    dtype = np.float64 if pa.types.is_floating(fast) else np.int64
    wrong = np.zeros(len(cells), dtype=bool)
    try:
        parsed = pc.cast(text, fast)
        return _numpy(parsed if dtype is np.float64 else pc.cast(parsed, pa.int64()), dtype), wrong
    except pa.ArrowInvalid:
        values = np.zeros(len(cells), dtype=dtype)
    for row, cell in enumerate(text.view(pa.binary()).to_pylist()):
        try:
            values[row] = 0 if cell is None or b"_" in cell else parse(cell.decode("ascii"))
            wrong[row] = cell is not None and b"_" in cell  # Python alone reads 1_000 as a number.
        except ValueError:
            wrong[row] = True
    return values, wrong


def _nulls(cells: pa.Array) -> np.ndarray:
    return np.asarray(cells.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _numpy(cells: pa.Array, dtype: type) -> np.ndarray:
    return np.asarray(cells.fill_null(0).to_numpy(zero_copy_only=False), dtype=dtype)
