"""The raw cells of some rows, read as what they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, final

import numpy as np
import pyarrow as pa

from components.example_gen.cells import as_bytes, as_moments, as_numbers
from components.example_gen.event_time import TimeUnit
from components.example_gen.label_report import Place
from components.example_gen.readers import Block
from components.example_gen.tally import Count, Tally
from models.expression import Column, ColumnType

__all__ = ["Table"]

TEXT_LENGTH: Final = 40  # How much of a cell a message shows.


@final
class Table:
    """Reads each column at most once as a number, as a time and as a string, and counts what cannot be read."""

    def __init__(self, block: Block, file: str, *, delimiters: Mapping[str, str], tally: Tally) -> None:
        self.num_rows = block.num_rows
        self.whole = block.whole
        self._block = block
        self._file = file
        self._delimiters = delimiters
        self._tally = tally
        self._numbers: dict[str, Column] = {}
        self._moments: dict[str, Column] = {}
        self._strings: dict[str, pa.Array] = {}
        for name in block.present:
            tally.add(Count.PRESENT, name, rows=block.num_rows)

    def numbers(self, name: str) -> Column:
        """A column as numbers."""
        if name not in self._numbers:
            read = as_numbers(self.cells(name))
            self._tally.mark(Count.NOT_A_NUMBER, name, read.wrong, self.place(name))
            self._tally.add(Count.NOT_FINITE, name, rows=int(read.not_finite.sum()))
            self._numbers[name] = read.column
        return self._numbers[name]

    def strings(self, name: str) -> pa.Array:
        """A column as byte strings, null where missing."""
        if name not in self._strings:
            read = as_bytes(self.cells(name), self._delimiters.get(name))
            self._tally.mark(Count.SEVERAL_VALUES, name, read.wrong, self.place(name))
            self._strings[name] = read.values
        return self._strings[name]

    def moments(self, name: str, unit: TimeUnit) -> Column:
        """A column as microseconds from 1970, int64."""
        if name not in self._moments:
            self._moments[name] = as_moments(self.cells(name), unit)
            present = self.strings(name).is_valid().to_numpy(False)
            self._tally.mark(Count.NOT_A_TIME, name, present & ~self._moments[name].known, self.place(name))
        return self._moments[name]

    def column(self, name: str, kind: ColumnType | None) -> Column:
        """A column as an expression reads it."""
        if kind is ColumnType.NUMBER:
            return self.numbers(name)
        strings = self.strings(name)
        return Column(np.array([*strings.to_pylist(), None], dtype=object)[:-1], strings.is_valid().to_numpy(False))

    def cells(self, name: str) -> pa.Array:
        """A column as the reader gave it."""
        return self._block.columns.get(name, pa.nulls(self.num_rows, pa.binary()))

    def place(self, name: str | None = None) -> Callable[[int], Place]:
        """Names a row by its index, with its cell in the column `name` if one is given."""

        def placed(row: int) -> Place:
            text = "" if name is None else _shortened(self.cells(name)[row].as_py())
            return Place(self._file, self._block.first_row + row, text)

        return placed


def _shortened(cell: object) -> str:
    if cell is None:
        return "missing"
    text = cell.decode("utf-8", errors="backslashreplace") if isinstance(cell, bytes) else str(cell)
    return repr(text if len(text) <= TEXT_LENGTH else text[:TEXT_LENGTH] + "…")
