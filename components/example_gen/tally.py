"""Counts and first places that add up over blocks, files and workers, in whatever order."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable
from typing import Final

import numpy as np

from components.example_gen.label_report import Place

__all__ = ["Count", "Tally", "later"]

NUM_PLACES: Final = 5  # How many first places a count keeps.


class Count(enum.Enum):
    """What is counted, and for what name or names."""

    ROWS = "rows"  # Split.
    KNOWN = "known"  # Output, split.
    POSITIVE = "positive"  # Output, split.
    WEIGHED = "weighed"  # Loss, split: known rows of positive weight.
    TASK_POSITIVE = "task_positive"  # Task, whatever its parents are.
    CONTRADICTION = "contradiction"  # Task.
    OUT_OF_RANGE = "out_of_range"  # Task.
    UNUSABLE_WEIGHT = "unusable_weight"  # Task.
    MISSING = "missing"  # Column.
    NOT_FINITE = "not_finite"  # Column.
    NOT_A_NUMBER = "not_a_number"  # Column.
    SEVERAL_VALUES = "several_values"  # Column.
    NO_TIME = "no_time"  # Column.
    NOT_A_TIME = "not_a_time"  # Column.
    NO_EVENT_TIME = "no_event_time"  # Column.
    TORN_LIST = "torn_list"  # Column: rows whose list has others in another split.
    OPEN = "open"  # Task, split: rows whose window is open.
    LATE = "late"  # Task; see `Window` for this and the next two.
    UNTIMED = "untimed"  # Task.
    EARLY = "early"  # Task.
    FILES = "files"  # Read, or tried.
    SHARDS = "shards"  # Written.
    WRITTEN = "written"  # Split.
    PRESENT = "present"  # Column: rows of the blocks that have it.


Key = tuple[str, ...]  # A count's value, then its names.


@dataclasses.dataclass
class Tally:
    """Adds up; equal rows make equal tallies, however they were divided.

    Attributes:
        counts: By kind and names.
        places: The first rows of some counts.
        problems: Sentences on files that could not be read.
        newest: The latest event, in microseconds from 1970; None where none was looked for.
    """

    counts: dict[Key, int] = dataclasses.field(default_factory=dict)
    places: dict[Key, list[Place]] = dataclasses.field(default_factory=dict)
    problems: set[str] = dataclasses.field(default_factory=set)
    newest: int | None = None

    def add(self, count: Count, *names: str, rows: int) -> None:
        """Counts `rows` more."""
        key = (count.value, *names)
        self.counts[key] = self.counts.get(key, 0) + rows

    def mark(self, count: Count, name: str, mask: np.ndarray, place: Callable[[int], Place]) -> None:
        """Counts the rows of `mask`, `[rows]`, and keeps the first of them; `place` names a row by its index."""
        rows = np.flatnonzero(mask)
        self.add(count, name, rows=len(rows))
        if len(rows):
            self._keep((count.value, name), [place(int(row)) for row in rows[:NUM_PLACES]])

    def get(self, count: Count, *names: str) -> int:
        """How many rows were counted."""
        return self.counts.get((count.value, *names), 0)

    def first(self, count: Count, name: str) -> tuple[Place, ...]:
        """The first rows that were counted, in order of file and row."""
        return tuple(self.places.get((count.value, name), ()))

    def names(self, count: Count) -> list[str]:
        """Every name that has a count of a kind, in order."""
        return sorted({key[1] for key in self.counts if key[0] == count.value})

    def merge(self, other: Tally) -> None:
        """Adds what `other` counted."""
        for key, rows in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + rows
        for key, places in other.places.items():
            self._keep(key, places)
        self.problems |= other.problems
        self.newest = later(self.newest, other.newest)

    def to_json(self) -> str:
        """One text for equal tallies."""
        counts = [[key, rows] for key, rows in sorted(self.counts.items())]
        places = [[key, [dataclasses.astuple(place) for place in kept]] for key, kept in sorted(self.places.items())]
        return json.dumps(
            {"counts": counts, "places": places, "problems": sorted(self.problems), "newest": self.newest}
        )

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Reads what `to_json` wrote."""
        plain = json.loads(text)
        return cls(
            counts={tuple(key): rows for key, rows in plain["counts"]},
            places={tuple(key): [Place(*item) for item in kept] for key, kept in plain["places"]},
            problems=set(plain["problems"]),
            newest=plain["newest"],
        )

    def _keep(self, key: Key, places: list[Place]) -> None:
        self.places[key] = sorted([*self.places.get(key, ()), *places])[:NUM_PLACES]


def later(first: int | None, second: int | None) -> int | None:
    """The later of two moments, where there are any."""
    return max((moment for moment in (first, second) if moment is not None), default=None)
