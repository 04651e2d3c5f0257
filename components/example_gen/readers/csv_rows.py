"""CSV, its cells as bytes: whatever the encoding, a string comes out as it was written."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from components.errors import UnusableInputError
from components.example_gen.readers.block import Block, Opener, Reading, check_columns
from components.example_gen.source import Whitespace

__all__ = ["read_csv"]

BLOCK_BYTES: Final = 16 * 2**20  # A row must fit; strings of a megabyte do.
NUM_NAMED: Final = 5  # How many broken rows a message names.


def read_csv(open_stream: Opener, name: str, reading: Reading) -> Iterator[Block]:
    """Reads a CSV file; raises `UnusableInputError` if it is empty, lacks a column or has a row of another width."""
    names, num_blank = _names(open_stream, name, reading)
    check_columns(name, reading.needed, names)
    doubled = [column for column in reading.needed if names.count(column) > 1]
    if doubled:
        raise UnusableInputError([f"`{name}` has the column `{column}` twice: rename one." for column in doubled])
    positions = {column: names.index(column) for column in reading.needed}
    used = range(len(names)) if reading.whole else sorted(positions.values())
    first_row = 1 if reading.data.columns else 2
    try:
        for batch in _batches(open_stream, len(names), used, reading=reading, num_blank=num_blank):
            cells = dict(zip(used, batch.columns, strict=True))
            whole = pc.binary_join_element_wise(*cells.values(), b"\x1f") if reading.whole else None
            columns = {column: _cleaned(cells[place], reading) for column, place in positions.items()}
            yield Block(first_row, batch.num_rows, columns, whole, tuple(names))
            first_row += batch.num_rows
    except pa.ArrowInvalid as error:
        raise UnusableInputError([_parse_problem(open_stream, name, len(names), reading, error)]) from error


def _names(open_stream: Opener, name: str, reading: Reading) -> tuple[list[str], int]:
    """The column names, and how many blank lines come before the first row."""
    with open_stream() as raw, _long_fields():
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")
        rows = ((place, row) for place, row in enumerate(csv.reader(text, delimiter=reading.data.delimiter)) if row)
        try:
            first, second = next(rows, None), next(rows, None)
        except csv.Error as error:
            raise UnusableInputError([_unclosed(name)]) from error
    if first is None:
        raise UnusableInputError([f"`{name}` is empty: it must hold rows. Remove it or write it again."])
    num_blank, cells = first
    if reading.data.columns:
        return list(reading.data.columns), num_blank
    if second is None:
        raise UnusableInputError([f"`{name}` holds a header and no rows. Remove it or write it again."])
    return [column.strip() for column in cells], num_blank


def _batches(
    open_stream: Opener, width: int, used: Sequence[int], *, reading: Reading, num_blank: int
) -> Iterator[pa.RecordBatch]:
    places = [str(place) for place in range(width)]  # Unique, unlike names.
    with open_stream() as raw:
        yield from pa_csv.open_csv(
            raw,
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK_BYTES,
                column_names=places,
                skip_rows=num_blank,  # Of blank lines that end in \r\n, Arrow would take the first for the header.
                skip_rows_after_names=0 if reading.data.columns else 1,
            ),
            parse_options=pa_csv.ParseOptions(delimiter=reading.data.delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(places, pa.binary()),
                include_columns=[places[place] for place in used],
            ),
        )


def _cleaned(cells: pa.Array, reading: Reading) -> pa.Array:
    """Strips, and turns the declared tokens into null."""
    if reading.data.whitespace is Whitespace.STRIP:
        # Arrow trims strings only; seen as strings, bytes of any encoding pass.
        cells = pc.ascii_trim_whitespace(cells.view(pa.string())).view(pa.binary())
    tokens = pa.array([token.encode() for token in reading.data.missing], pa.binary())
    return pc.if_else(pc.is_in(cells, tokens), pa.scalar(None, pa.binary()), cells)


def _parse_problem(open_stream: Opener, name: str, width: int, reading: Reading, error: pa.ArrowInvalid) -> str:
    """Says what is wrong: Arrow stops at the first row of another width, so the rest are counted here."""
    if "straddling" in str(error):
        return _unclosed(name)
    try:
        broken = _broken_rows(open_stream, width, reading)
    except csv.Error:
        broken = []  # What Python cannot parse either, Arrow's own words describe.
    if not broken:
        return f"`{name}` is not CSV: {str(error)[:300]} Write it again."
    first = ", ".join(f"row {row} has {fields}" for row, fields in broken[:NUM_NAMED])
    return (
        f"`{name}` must have {width} fields in every row, got another number in {len(broken)} row(s): {first}. "
        "Mend the rows, or check `delimiter` and `columns`."
    )


def _unclosed(name: str) -> str:
    return (
        f"`{name}` has a row longer than {BLOCK_BYTES // 2**20} MiB, or a quote that is never closed. "
        "Close the quote or shorten the row."
    )


def _broken_rows(open_stream: Opener, width: int, reading: Reading) -> list[tuple[int, int]]:
    with open_stream() as raw, _long_fields():
        text = io.TextIOWrapper(raw, encoding="latin-1", newline="")
        rows = (row for row in csv.reader(text, delimiter=reading.data.delimiter) if row)
        return [(number, len(row)) for number, row in enumerate(rows, 1) if len(row) != width]


@contextlib.contextmanager
def _long_fields() -> Iterator[None]:
    """Python's CSV reader refuses fields over 128 KiB unless told."""
    usual = csv.field_size_limit(BLOCK_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(usual)
