"""Rows of one output, kept while they are few and summed up once they are many."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, final

import numpy as np

from components.comparison.cell import Slice
from components.comparison.cell_sketch import CellSketch
from components.comparison.exact import ExactView
from components.comparison.prepared import Prepared
from components.comparison.rows import NOWHERE, Membership
from components.comparison.shape import Shape
from components.comparison.table import Table
from components.comparison.view import View

__all__ = ["ALL_ROWS", "Accumulator"]

ALL_ROWS: Final[Slice] = ()
_MANY_TABLES: Final = 64
_FOLDED_AT_ONCE: Final = 2**18


@final
class Accumulator:
    """Merges in any order to the same: whether rows are kept hangs on their number alone, and sums are additive.

    Of a slicing with too many values the first by name are kept; a value that was dropped has as many smaller ones
    before it, which no other rows can undo.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._names: dict[Slice, int] = {}  # Met or kept; to their places in the tables.
        self._tables: list[Table] = []
        self._kept = 0  # Rows in the tables.
        self._sketch: dict[Slice, CellSketch] | None = None
        self._valued = np.zeros(len(shape.slicings), np.int64)  # Rows with a value, of each slicing.

    @property
    def is_exact(self) -> bool:
        """Whether all rows are still there."""
        return self._sketch is None

    def add(self, table: Table, slices: Sequence[Membership]) -> None:
        """Sees rows.

        Args:
            table: Its `slots` are not read.
            slices: One for each slicing.
        """
        slots = np.full((len(slices), len(table)), NOWHERE, np.int64)
        for own, found in zip(slots, slices, strict=True):
            places = [self._names.setdefault(name, len(self._names)) for name in found.names]
            own[:] = np.append(np.array(places, np.int64), NOWHERE)[found.codes]  # The last is that of -1.
        self._valued += (slots != NOWHERE).sum(axis=1)
        self._keep(dataclasses.replace(table, slots=slots))

    def merge(self, other: Accumulator) -> None:
        """Sees what `other` saw; `other` is not to be used any more."""
        places = [self._names.setdefault(name, len(self._names)) for name in other._names]
        renamed = np.append(np.array(places, np.int64), NOWHERE)
        self._valued += other._valued
        if other._sketch is not None:
            if self._sketch is None:
                self._sketch = {}
            for name, cell in other._sketch.items():
                if name in self._sketch:
                    self._sketch[name].merge(cell)
                else:
                    self._sketch[name] = cell
            self._drop_names()
        for table in other._tables:
            self._keep(dataclasses.replace(table, slots=renamed[table.slots]))

    def compact(self) -> None:
        """Joins what came in small batches, so that it travels faster."""
        if len(self._tables) > 1:
            self._tables = [Table.join(self._tables)]

    def views(self) -> Mapping[Slice, View | None]:
        """All rows and every slice by name, slicing after slicing; None of a value without rows."""
        if self._sketch is not None:
            self._fold()
            return {name: self._sketch.get(name) for name in (ALL_ROWS, *self._judged())}
        self.compact()
        found: dict[Slice, View | None] = {}
        found[ALL_ROWS] = self._exact(self._tables[0]) if self._tables else None
        for name in self._judged():
            of_slice = self._of_slice(name)
            found[name] = self._exact(of_slice) if of_slice is not None and len(of_slice) else None
        return found

    def left_out(self) -> dict[tuple[str, ...], int]:
        """Rows of each slicing whose value is beyond those that are kept."""
        views = self.views()
        kept = dict.fromkeys(self._shape.slicings, 0)
        for name, view in views.items():
            if name and view is not None:
                kept[_columns(name)] += view.rows
        valued = zip(self._shape.slicings, self._valued.tolist(), strict=True)
        return {columns: rows - kept[columns] for columns, rows in valued if rows > kept[columns]}

    def _exact(self, table: Table) -> View:
        return ExactView(table, self._shape.kind, clustered=self._shape.clustered)

    def _of_slice(self, name: Slice) -> Table | None:
        if not self._tables:
            return None
        own = self._tables[0].slots[self._shape.slicings.index(_columns(name))]
        return self._tables[0].take(own == self._names[name])

    def _judged(self) -> list[Slice]:
        """Of each slicing the first names."""
        judged: list[Slice] = []
        for columns in self._shape.slicings:
            judged += sorted(name for name in self._names if _columns(name) == columns)[: self._shape.slice_values]
        return judged

    def _keep(self, table: Table) -> None:
        if not len(table):
            return
        self._tables.append(table)
        self._kept += len(table)
        if self._kept > self._shape.exact_rows:
            self._fold()
        elif len(self._tables) > _MANY_TABLES:
            self.compact()

    def _fold(self) -> None:
        """Sums up the rows that are kept, and forgets them."""
        self._sketch = {} if self._sketch is None else self._sketch
        self._drop_names()
        tables, self._tables, self._kept = self._tables, [], 0
        if not tables:
            return
        joined = Table.join(tables)
        for start in range(0, len(joined), _FOLDED_AT_ONCE):
            self._sum_up(joined.take(slice(start, start + _FOLDED_AT_ONCE)))

    def _sum_up(self, table: Table) -> None:
        rows = Prepared.of(table, self._shape)
        self._cell(ALL_ROWS).add(rows)
        names = list(self._names)
        for own in table.slots:
            order = np.argsort(own, kind="stable")
            met, starts = np.unique(own[order], return_index=True)
            ordered = rows.take(order)
            for slot, start, end in zip(met.tolist(), starts, [*starts[1:], len(own)], strict=True):
                if slot != NOWHERE:
                    self._cell(names[slot]).add(ordered.take(slice(start, end)))

    def _cell(self, name: Slice) -> CellSketch:
        if self._sketch is None:
            raise ValueError("`_sketch` must be there before rows are summed up, got None: call `_fold`.")
        if name not in self._sketch:
            self._sketch[name] = CellSketch(self._shape)
        return self._sketch[name]

    def _drop_names(self) -> None:
        """Forgets values beyond those that are kept, here and in the tables."""
        places = {name: place for place, name in enumerate(self._judged())}
        if self._sketch is not None:
            self._sketch = {name: cell for name, cell in self._sketch.items() if not name or name in places}
        renamed = np.array([*(places.get(name, NOWHERE) for name in self._names), NOWHERE], np.int64)
        self._names = places
        self._tables = [dataclasses.replace(table, slots=renamed[table.slots]) for table in self._tables]


def _columns(name: Slice) -> tuple[str, ...]:
    return tuple(column for column, _ in name)
