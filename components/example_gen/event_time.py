"""When each row's event was, and the moment at which the age of rows is told."""

from __future__ import annotations

import dataclasses
import enum
import math

from components.example_gen.split import iso_text, microseconds
from models.errors import raise_if_any

__all__ = ["EventTime", "TimeUnit"]


class TimeUnit(enum.Enum):
    """How a time is written; a Parquet timestamp is read as one, whatever is declared."""

    ISO = "iso"  # A date or date and time; without a zone it is UTC.
    SECONDS = "s"  # A number from 1970, UTC; so are the next two.
    MILLISECONDS = "ms"
    MICROSECONDS = "us"

    @property
    def microseconds(self) -> int:
        """How many a number of 1 stands for; 0 where no number stands for a time."""
        return {"iso": 0, "s": 1_000_000, "ms": 1_000, "us": 1}[self.value]


@dataclasses.dataclass(frozen=True, kw_only=True)
class EventTime:
    """Tells how old a row is, for tasks whose labels are waited for (see `models.tasks.maturity`).

    Attributes:
        column: The raw column that holds the time of a row's event.
        unit: How it and the `label_time` of tasks are written.
        as_of: When the rows were collected: an ISO date or date and time, or a number of `unit`. None for the newest
            event of all rows: declare it where a clock may be ahead, for one event in the future would make all rows
            before it look mature.
    """

    column: str
    unit: TimeUnit = TimeUnit.ISO
    as_of: float | str | None = None

    def __post_init__(self) -> None:
        problems = [] if self.column else ["`column` must be a column's name, got ''."]
        try:
            _ = self.as_of_us
        except (ValueError, OverflowError):
            or_number = f" or a number of {self.unit.value}" if self.unit.microseconds else ", as `unit` is"
            problems.append(f"`as_of` must be an ISO date or date and time{or_number}, got {self.as_of!r}.")
        raise_if_any("event_time", problems)

    @property
    def as_of_us(self) -> int | None:
        """The declared moment in microseconds from 1970."""
        if self.as_of is None:
            return None
        if isinstance(self.as_of, str):
            return microseconds(self.as_of)
        if not self.unit.microseconds or not math.isfinite(self.as_of):
            raise ValueError(f"`as_of` must be a time, got {self.as_of!r}.")
        moment = round(self.as_of * self.unit.microseconds)
        iso_text(moment)  # Raises beyond the years 1 to 9999.
        return moment
