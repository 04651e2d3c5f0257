"""What a reader is asked for and what it gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from components.errors import UnusableInputError
from components.example_gen.source import DataConfig
from models.binding import nearest

__all__ = ["Block", "Opener", "Reading", "check_columns"]

Opener = Callable[[], BinaryIO]  # Opens the file anew, from its first (unzipped) byte.


@dataclasses.dataclass(frozen=True)
class Reading:
    """What to read of a file.

    Attributes:
        data: How the file is written.
        needed: The columns to give.
        whole: Whether the hash split wants every cell of a row.
    """

    data: DataConfig
    needed: tuple[str, ...]
    whole: bool


@dataclasses.dataclass(frozen=True)
class Block:
    """Some rows that follow each other in a file.

    Attributes:
        first_row: The number of the first of them, as a person counts: a CSV header is row 1, blank lines are none.
        num_rows: How many.
        columns: The needed columns, `[rows]` each, null where missing; one that no row here has is left out.
        whole: `[rows]` byte strings that tell a row's every cell; None if not asked for.
        present: Every column that some row here has, needed or not.
    """

    first_row: int
    num_rows: int
    columns: Mapping[str, pa.Array]
    whole: pa.Array | None
    present: tuple[str, ...]

    def slices(self, num_rows: int) -> Iterator[Block]:
        """The same rows in blocks of at most `num_rows`."""
        for start in range(0, self.num_rows, num_rows):
            yield Block(
                self.first_row + start,
                min(num_rows, self.num_rows - start),
                {name: cells.slice(start, num_rows) for name, cells in self.columns.items()},
                None if self.whole is None else self.whole.slice(start, num_rows),
                self.present,
            )


def check_columns(name: str, needed: Collection[str], known: Collection[str]) -> None:
    """Raises `UnusableInputError` if the file `name` lacks needed columns."""
    lost = [column for column in needed if column not in known]
    if lost:
        ways_out = {column: f"{nearest(column, known)} Correct the name or the file." for column in lost}
        raise UnusableInputError([f"`{name}` has no column `{column}`. {way}" for column, way in ways_out.items()])
