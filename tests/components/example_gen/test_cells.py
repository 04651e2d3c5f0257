"""Raw cells to numbers, strings and times."""

import datetime
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.cells import as_bytes, as_microseconds, as_moments, as_numbers
from components.example_gen.event_time import TimeUnit

texts = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**40), 10**40).map(str),
    st.sampled_from(["", " 1", "1 ", "+1", "1_000", "0x1", "1e400", "-inf", "Infinity", "nan", "NaN", "1.", "\u0661"]),
    st.text(max_size=4),
).map(lambda text: text.encode("utf-8", errors="replace"))


def oracle(cell):
    """Python's own reading: a value, or the word for what is wrong with it."""
    if cell is None:
        return None
    try:
        value = float("x" if b"_" in cell else cell.decode("ascii"))
    except ValueError:
        return "wrong"
    return value if abs(value) <= 3.4028234663852886e38 else "not finite"


@given(st.lists(st.one_of(st.none(), texts), max_size=8))
def test_text_is_the_number_that_python_reads(cells):
    read = as_numbers(pa.array(cells, pa.binary()))
    wanted = [oracle(cell) for cell in cells]
    assert read.wrong.tolist() == [value == "wrong" for value in wanted]
    assert read.not_finite.tolist() == [value == "not finite" for value in wanted]
    assert read.column.known.tolist() == [isinstance(value, float) for value in wanted]
    assert read.column.values.tolist() == [value if isinstance(value, float) else 0.0 for value in wanted]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (pa.array([3, None], pa.int64()), [3.0, None]),
        (pa.array([True, None, False]), [1.0, None, 0.0]),
        (pa.array([1.5, math.nan, math.inf, 1e300]), [1.5, None, None, None]),
        (pa.array([[7], [], None], pa.large_list(pa.int64())), [7.0, None, None]),
        (pa.array([0, 1], pa.timestamp("s")), [0.0, 1.0]),
        (pa.array([1], pa.date32()), [86_400.0]),
        (pa.array([b"2"]).dictionary_encode(), [2.0]),
        (pa.nulls(2), [None, None]),
        (pa.array([[1], [2], [3]], pa.list_(pa.int64()))[1:], [2.0, 3.0]),
    ],
    ids=str,
)
def test_cells_of_any_type_are_numbers(cells, values):
    column = as_numbers(cells).column
    assert column.known.tolist() == [value is not None for value in values]
    assert column.values[column.known].tolist() == [value for value in values if value is not None]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (pa.array([b"\xff", None]), [b"\xff", None]),
        (pa.array(["é"], pa.large_string()), ["é".encode()]),
        (pa.array([12, None]), [b"12", None]),
        (pa.array([[b"a"], [], None], pa.large_list(pa.large_binary())), [b"a", None, None]),
        (pa.nulls(1), [None]),
    ],
    ids=str,
)
def test_cells_of_any_type_are_strings(cells, values):
    assert as_bytes(cells).values.to_pylist() == values


def test_lists_are_joined_by_their_delimiter_or_are_wrong():
    cells = pa.array([[b"x"], [b"a", b"b"], [], None, [b"\xff", b"c"]], pa.large_list(pa.large_binary()))
    assert as_bytes(cells, "|").values.to_pylist() == [b"x", b"a|b", None, None, b"\xff|c"]
    assert as_bytes(cells[1:], "|").values.to_pylist() == [b"a|b", None, None, b"\xff|c"]
    assert as_bytes(cells).wrong.tolist() == [False, True, False, False, True]
    assert as_bytes(cells).values.to_pylist() == [b"x", None, None, None, None]
    assert as_numbers(cells).wrong.tolist() == [True, True, False, False, True]


@given(st.lists(st.datetimes(datetime.datetime(1902, 1, 1), datetime.datetime(2200, 1, 1)), min_size=1))
def test_times_are_microseconds_from_1970_in_utc(moments):
    offset = datetime.timezone(datetime.timedelta(hours=2))
    texts = [moment.isoformat() for moment in moments]
    texts += [moments[0].replace(tzinfo=offset).isoformat(), "yesterday", None]
    values, known = as_microseconds(pa.array([text and text.encode() for text in texts], pa.binary()))
    epoch = datetime.datetime(1970, 1, 1)
    wanted = [(moment - epoch) // datetime.timedelta(microseconds=1) for moment in moments]
    assert values[: len(wanted)].tolist() == wanted
    assert values[len(wanted)] == wanted[0] - 2 * 3600 * 10**6
    assert known.tolist() == [True] * len(wanted) + [True, False, False]


def test_a_date_is_its_first_moment():
    values, known = as_microseconds(pa.array([b"1970-01-02"]))
    assert (values.tolist(), known.tolist()) == ([86_400 * 10**6], [True])
    assert as_microseconds(pa.array([1], pa.date32()))[0].dtype == np.int64


@pytest.mark.parametrize("number", [b"1650112812345", b"1767225600", b"20260101000000"])
def test_digits_that_are_no_date_are_no_time(number):
    # Python's own reader finds 23:45 on a day of 1650 in 1650112812345.
    values, known = as_microseconds(pa.array([number, b"20260101"], pa.binary()))
    assert known.tolist() == [False, True]
    assert values[1] == 1_767_225_600 * 10**6


NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("unit", "cells"),
    [
        (TimeUnit.ISO, pa.array([b"2026-01-01", None])),
        (TimeUnit.ISO, pa.array([[b"2026-01-01T01:00+01:00"], []])),
        (TimeUnit.SECONDS, pa.array([b"1767225600", None])),
        (TimeUnit.SECONDS, pa.array([1_767_225_600.0, float("nan")])),
        (TimeUnit.MILLISECONDS, pa.array([1_767_225_600_000, 10**18])),
        (TimeUnit.MICROSECONDS, pa.array([[1_767_225_600_000_000], [-(10**18)]])),
        (TimeUnit.MILLISECONDS, pa.array([NEW_YEAR, None], pa.timestamp("ns", "UTC"))),
        (TimeUnit.ISO, pa.array([b"2026-01-01", b"1767225600000"])),
    ],
)
def test_a_moment_is_read_as_its_unit_says_or_as_the_timestamp_that_it_is(unit, cells):
    read = as_moments(cells, unit)
    assert (read.values.tolist(), read.known.tolist()) == ([1_767_225_600 * 10**6, 0], [True, False])
    assert read.values.dtype == np.int64


def test_a_moment_is_told_to_the_microsecond_and_only_in_years_of_four_digits():
    texts = [b"9999-12-30T23:59:59.999999", b"9999-12-31", b"0001-01-01"]
    read = as_moments(pa.array(texts), TimeUnit.ISO)
    assert read.known.tolist() == [True, False, True]
    assert read.values[0] == 253_402_214_400 * 10**6 - 1
    assert as_moments(pa.array([253_402_214_400, 0]), TimeUnit.SECONDS).known.tolist() == [False, True]


def test_a_number_beyond_what_a_float_tells_apart_is_rounded():
    read = as_numbers(pa.array([2**53 + 1, -(2**62)]))
    assert read.column.values.tolist() == [2.0**53, -(2.0**62)]
