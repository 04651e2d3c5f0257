"""Which rows train, which choose the epoch, and which evaluate."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Final, Literal

from components.example_gen.path import path_problems
from models.errors import raise_if_any

__all__ = [
    "EVAL",
    "TRAIN",
    "VALIDATION",
    "FilesSplit",
    "HashSplit",
    "SpanSplit",
    "Split",
    "TimeSplit",
    "iso_text",
    "microseconds",
    "split_names",
    "validation_field",
]

TRAIN: Final = "train"
VALIDATION: Final = "validation"
EVAL: Final = "eval"

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_COMPACT_DATE: Final = len("20260131")

_VALIDATION_FIELDS: Final = {
    "hash": "validation_share",
    "time": "validation_from",
    "span": "validation_spans",
    "files": "validation_path",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class HashSplit:
    """By a hash of some columns: rows that agree in them all, such as one user's, are in one split.

    Attributes:
        eval_share: The expected share of eval, between 0 and 1.
        validation_share: The expected share of validation, of all rows; None for no such split. It is taken out of
            train: eval holds the same rows with it and without.
        columns: The hashed columns; empty for all columns of the file, whether the model reads them or not, so that
            another choice of features deals the rows as before.
    """

    eval_share: float
    validation_share: float | None = None
    columns: tuple[str, ...] = ()
    by: Literal["hash"] = "hash"

    def __post_init__(self) -> None:
        shares = {"eval_share": self.eval_share, "validation_share": self.validation_share}
        problems = [
            f"`{name}` must be between 0 and 1, got {share!r}."
            for name, share in shares.items()
            if share is not None and not 0 < share < 1
        ]
        if not problems and self.validation_share is not None and self.eval_share + self.validation_share >= 1:
            got = f"{self.eval_share!r} and {self.validation_share!r}"
            problems.append(
                f"`eval_share` and `validation_share` must sum to less than 1, got {got}. Leave a share to train on."
            )
        raise_if_any("split", problems)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.columns


@dataclasses.dataclass(frozen=True, kw_only=True)
class TimeSplit:
    """By time: eval is the rows from a moment on, validation those from an earlier one until then.

    Attributes:
        column: Holds the time, as a number or as an ISO date or date and time; without a zone it is UTC.
        eval_from: The first moment of eval: a number for a column of numbers, else an ISO date or date and time.
        validation_from: The first moment of validation, before `eval_from` and written like it; None for no such split.
    """

    column: str
    eval_from: float | str
    validation_from: float | str | None = None
    by: Literal["time"] = "time"

    def __post_init__(self) -> None:
        problems = _moment_problems("eval_from", self.eval_from)
        if self.validation_from is not None:
            problems += _moment_problems("validation_from", self.validation_from)
            problems += [] if problems else _order_problems(self.validation_from, self.eval_from)
        raise_if_any("split", problems)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (self.column,)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpanSplit:
    """By span: eval is the newest spans that the path pattern finds, validation the newest before them.

    Attributes:
        eval_spans: How many are eval.
        validation_spans: How many are validation; None for no such split.
    """

    eval_spans: int = 1
    validation_spans: int | None = None
    by: Literal["span"] = "span"

    def __post_init__(self) -> None:
        counts = {"eval_spans": self.eval_spans, "validation_spans": self.validation_spans}
        raise_if_any(
            "split",
            [
                f"`{name}` must be positive, got {count!r}."
                for name, count in counts.items()
                if count is not None and count < 1
            ],
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class FilesSplit:
    """By file: eval has files of its own, and so has validation.

    Attributes:
        eval_path: Like the source's `path`; no two of the three paths may share a file.
        validation_path: The same for validation; None for no such split.
    """

    eval_path: str
    validation_path: str | None = None
    by: Literal["files"] = "files"

    def __post_init__(self) -> None:
        problems = path_problems("eval_path", self.eval_path)
        if self.validation_path is not None:
            problems += path_problems("validation_path", self.validation_path)
        raise_if_any("split", problems)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return ()


Split = HashSplit | TimeSplit | SpanSplit | FilesSplit


def validation_field(split: Split) -> str:
    """The key that declares a validation split in a split of this kind."""
    return _VALIDATION_FIELDS[split.by]


def split_names(split: Split) -> tuple[str, ...]:
    """The splits that rows are dealt to, in order of time: train, validation where it is declared, eval."""
    declared = getattr(split, validation_field(split)) is not None
    return (TRAIN, VALIDATION, EVAL) if declared else (TRAIN, EVAL)


def microseconds(text: str) -> int:
    """Microseconds from 1970 to an ISO date or date and time; raises `ValueError` if it is none."""
    if text.isdigit() and len(text) != _COMPACT_DATE:  # Python would find a time of day in the digits of a number.
        raise ValueError(f"`text` must be an ISO date or date and time, got {text!r}.")
    moment = datetime.datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)


def iso_text(moment: int) -> str:
    """The ISO date and time at `moment` microseconds from 1970, UTC; raises `OverflowError` beyond years 1 to 9999."""
    return (_EPOCH + datetime.timedelta(microseconds=moment)).isoformat()


def _moment_problems(field: str, moment: float | str) -> list[str]:
    if isinstance(moment, str):
        try:
            microseconds(moment)
        except ValueError:
            return [f"`{field}` must be a number or an ISO date, got {moment!r}."]
    elif not math.isfinite(moment):
        return [f"`{field}` must be finite, got {moment!r}."]
    return []


def _order_problems(validation_from: float | str, eval_from: float | str) -> list[str]:
    got = f"got {validation_from!r} and {eval_from!r}"
    if isinstance(validation_from, str) and isinstance(eval_from, str):
        is_before = microseconds(validation_from) < microseconds(eval_from)
    elif isinstance(validation_from, str) or isinstance(eval_from, str):
        return [f"`validation_from` must be a number or an ISO date as `eval_from` is, {got}."]
    else:
        is_before = validation_from < eval_from
    return [] if is_before else [f"`validation_from` must be before `eval_from`, {got}."]
