"""What was found of feature values that moved, as one JSON file."""

from __future__ import annotations

import dataclasses
import enum
import json
import os
from typing import Final

from models.binding import bind_or_raise, unbind

__all__ = [
    "LEARNED_FROM",
    "REPORT_FILE",
    "ColumnShift",
    "Measure",
    "Shift",
    "ShiftReport",
    "ShiftStatus",
    "parse_shift",
    "shift_text",
]

REPORT_FILE: Final = "shift_report.json"
# Below a served version: what its train rows were like. A model server leaves this folder alone.
LEARNED_FROM: Final = os.path.join("assets.extra", "train_statistics", "FeatureStats.pb")


class Measure(enum.Enum):
    """How a distance is measured; both go from 0 to 1."""

    INFINITY = "infinity norm"  # The largest change of a value's share.
    JENSEN_SHANNON = "Jensen-Shannon"  # Of histograms, in bits.


class ShiftStatus(enum.Enum):
    """Whether there was something to measure."""

    MEASURED = "measured"
    NOTHING_SERVES = "nothing serves yet"
    NO_STATISTICS = "no earlier statistics"  # A version serves that was pushed without them.
    NO_ROWS = "no rows"  # Of logged requests, or they cannot be read.


@dataclasses.dataclass(frozen=True, kw_only=True)
class ColumnShift:
    """How far one column moved.

    Attributes:
        column: Its name.
        measure: How the distance is measured.
        threshold: The largest distance allowed.
        is_beyond: Whether it moved further, or holds no value any more.
        distance: From 0 to 1; None where one side holds no value.
        reason: Why there is no distance; else empty.
    """

    column: str
    measure: Measure
    threshold: float
    is_beyond: bool
    distance: float | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shift:
    """How far the columns of this run's train rows are from others.

    Attributes:
        status: Whether there were others.
        against: Which they were: the served version, or the pattern of the logged requests.
        columns: By name; empty unless measured.
        reason: Why nothing was measured; else empty.
    """

    status: ShiftStatus
    against: str
    columns: tuple[ColumnShift, ...] = ()
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShiftReport:
    """Both shifts, each None where none was asked for.

    Attributes:
        drift: From the rows that the served model learned from.
        skew: From logged requests.
    """

    drift: Shift | None = None
    skew: Shift | None = None


def shift_text(report: ShiftReport) -> str:
    """What `shift_report.json` holds."""
    return json.dumps(unbind(report), allow_nan=False, indent=1) + "\n"


def parse_shift(text: str) -> ShiftReport:
    """Reads what `shift_text` wrote; raises `ValueError` where it did not."""
    return bind_or_raise(ShiftReport, json.loads(text))
