"""What became of each variable when training went on from an earlier model."""

from __future__ import annotations

import dataclasses
import enum

__all__ = ["Carried", "Fate", "RowCounts"]


class Fate(enum.Enum):
    """Where a variable's first value comes from.

    `CARRIED`: all of it from the earlier model.
    `BY_ROW`: rows of a table that the earlier model had too; the others are as in a fresh model.
    `FRESH`: as in a fresh model.
    """

    CARRIED = "carried"
    BY_ROW = "by row"
    FRESH = "fresh"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowCounts:
    """Rows of an embedding table.

    Attributes:
        carried: In both models.
        new: In this one alone.
        dropped: In the earlier one alone.
    """

    carried: int
    new: int
    dropped: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Carried:
    """One variable.

    Attributes:
        name: Of the weight, or `balancing/<name>` of what the balancer remembers.
        fate: Of its value.
        reason: Why it, or some of its rows, are fresh; else empty.
        rows: Of an embedding table; None for another variable.
        slots: The optimizer's slots that were carried with it, in the same way.
        fresh_slots: Those that were not.
    """

    name: str
    fate: Fate
    reason: str = ""
    rows: RowCounts | None = None
    slots: tuple[str, ...] = ()
    fresh_slots: tuple[str, ...] = ()
