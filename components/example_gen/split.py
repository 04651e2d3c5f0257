"""Which rows train and which evaluate."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Final, Literal

from components.example_gen.path import path_problems
from models.errors import raise_if_any

__all__ = ["EVAL", "TRAIN", "FilesSplit", "HashSplit", "SpanSplit", "Split", "TimeSplit", "microseconds"]

TRAIN: Final = "train"
EVAL: Final = "eval"


@dataclasses.dataclass(frozen=True, kw_only=True)
class HashSplit:
    """By a hash of some columns: rows that agree in them all, such as one user's, are in one split.

    Attributes:
        eval_share: The expected share of eval, between 0 and 1.
        columns: The hashed columns; empty for all columns of the file, whether the model reads them or not, so that
            another choice of features deals the rows as before.
    """

    eval_share: float
    columns: tuple[str, ...] = ()
    by: Literal["hash"] = "hash"

    def __post_init__(self) -> None:
        if not 0 < self.eval_share < 1:
            raise_if_any("split", [f"`eval_share` must be between 0 and 1, got {self.eval_share!r}."])

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.columns


@dataclasses.dataclass(frozen=True, kw_only=True)
class TimeSplit:
    """By time: eval is the rows from a moment on.

    Attributes:
        column: Holds the time, as a number or as an ISO date or date and time; without a zone it is UTC.
        eval_from: The first moment of eval: a number for a column of numbers, else an ISO date or date and time.
    """

    column: str
    eval_from: float | str
    by: Literal["time"] = "time"

    def __post_init__(self) -> None:
        if isinstance(self.eval_from, str):
            try:
                microseconds(self.eval_from)
            except ValueError:
                raise_if_any("split", [f"`eval_from` must be a number or an ISO date, got {self.eval_from!r}."])
        elif not math.isfinite(self.eval_from):
            raise_if_any("split", [f"`eval_from` must be finite, got {self.eval_from!r}."])

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (self.column,)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpanSplit:
    """By span: eval is the newest spans that the path pattern finds.

    Attributes:
        eval_spans: How many of them.
    """

    eval_spans: int = 1
    by: Literal["span"] = "span"

    def __post_init__(self) -> None:
        if self.eval_spans < 1:
            raise_if_any("split", [f"`eval_spans` must be positive, got {self.eval_spans!r}."])

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class FilesSplit:
    """By file: eval has files of its own.

    Attributes:
        eval_path: Like the source's `path`; the two must not share a file.
    """

    eval_path: str
    by: Literal["files"] = "files"

    def __post_init__(self) -> None:
        raise_if_any("split", path_problems("eval_path", self.eval_path))

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return ()


Split = HashSplit | TimeSplit | SpanSplit | FilesSplit


def microseconds(text: str) -> int:
    """Microseconds from 1970 to an ISO date or date and time; raises `ValueError` if it is none."""
    moment = datetime.datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(microseconds=1)
