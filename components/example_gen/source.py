"""Where rows come from, how they are written there and how they are split."""

from __future__ import annotations

import dataclasses
import enum
import functools
import itertools
from collections.abc import Mapping

from components.example_gen.days import day_problems
from components.example_gen.event_time import EventTime
from components.example_gen.label_check import LabelCheck
from components.example_gen.path import glob_of, has_dates, has_spans, path_problems
from components.example_gen.split import FilesSplit, SpanSplit, Split, TimeSplit
from models.errors import raise_if_any

__all__ = ["DataConfig", "Format", "Whitespace"]


class Format(enum.Enum):
    """How a file holds its rows. A name that ends in `.gz` is gzipped CSV or TFRecord."""

    CSV = "csv"
    TFRECORD = "tfrecord"
    PARQUET = "parquet"


class Whitespace(enum.Enum):
    """What becomes of spaces around a CSV cell."""

    KEEP = "keep"
    STRIP = "strip"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataConfig:
    """Files of rows, and which of the rows train.

    Attributes:
        format: How a file holds its rows.
        path: A file, a glob, or a pattern with `{SPAN}` or with `{YYYY}`, `{MM}` and `{DD}`; `package:NAME/rest` is
            inside an installed Python package.
        split: Which rows train, which choose the epoch and which evaluate.
        columns: The names of a headerless CSV's columns, in order; empty where the first row holds them.
        delimiter: The character between CSV cells.
        missing: CSV cells that mean "not known", compared after `whitespace`.
        whitespace: Whether spaces around a CSV cell belong to it.
        group_columns: Rows that agree in all of these stay together in one shard, one after the other; empty for
            rows that stand alone.
        required: For columns that must not be missing: the least share of rows that hold a value.
        label_check: How much of the labels may contradict the funnel.
        event_time: How old a row is, where a task waits for its labels; a split by ISO times tells it too.
        window_days: Reads so many days only, the newest of them the run's date; each must be there. None reads every
            day up to the run's date.
        run_date: The newest day to read, such as 2026-01-31. `evenkeel run --run-date` sets it; with `window_days` and
            without it, the run's date is the day on which it begins, in UTC.
    """

    format: Format
    path: str
    split: Split
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    missing: tuple[str, ...] = ("",)
    whitespace: Whitespace = Whitespace.KEEP
    group_columns: tuple[str, ...] = ()
    required: Mapping[str, float] = dataclasses.field(default_factory=dict)
    label_check: LabelCheck = dataclasses.field(default_factory=LabelCheck)
    event_time: EventTime | None = None
    window_days: int | None = None
    run_date: str | None = None

    def __post_init__(self) -> None:
        problems = [*path_problems("path", self.path), *self._cell_problems(), *self._split_problems()]
        raise_if_any("data", [*problems, *self._day_problems()])

    @property
    def local_pattern(self) -> str:
        """A glob over the files, where they lie on this machine."""
        return glob_of(self.path)

    @functools.cached_property
    def clock(self) -> EventTime | None:
        """The declared event time, else the column that a split by ISO times reads; None without either."""
        if self.event_time is None and isinstance(self.split, TimeSplit) and isinstance(self.split.eval_from, str):
            return EventTime(column=self.split.column)
        return self.event_time

    @property
    def has_date(self) -> bool:
        """Whether what is read hangs on the date of the run."""
        return self.window_days is not None or self.run_date is not None

    def elsewhere(self, path: str, split: Split) -> DataConfig:
        """Rows of the same form in other files: all that are found, whatever the date of the run."""
        return dataclasses.replace(self, path=path, split=split, window_days=None, run_date=None)

    def _day_problems(self) -> list[str]:
        problems = day_problems(self.run_date)
        fields = [name for name in ("window_days", "run_date") if getattr(self, name) is not None]
        if self.window_days is not None and self.window_days < 1:
            problems.append(f"`window_days` must be positive, got {self.window_days!r}.")
        if fields and not has_dates(self.path):
            wanted = "{YYYY}, {MM} and {DD} in `path`"
            problems.append(
                f"`{fields[0]}` needs {wanted}, got {self.path!r}: leave it out, or name a file by its day."
            )
        if fields and isinstance(self.split, FilesSplit):
            problems.append(
                f"`{fields[0]}` must be left out with a split by files, whose files have no day: split by span."
            )
        held_out = (
            self.split.eval_spans + (self.split.validation_spans or 0) if isinstance(self.split, SpanSplit) else 0
        )
        if self.window_days is not None and 0 < self.window_days <= held_out:
            problems.append(
                f"`window_days` must be more than the {held_out} spans of eval and validation, got {self.window_days}: "
                "leave days to train on."
            )
        return problems

    def _cell_problems(self) -> list[str]:
        problems = []
        if self.columns and self.format is not Format.CSV:
            problems.append(f"`columns` is for a headerless CSV, got it with {self.format.value}: leave it out.")
        doubled = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if doubled:
            problems.append(f"`columns` must be unique, got {', '.join(doubled)} more than once.")
        if len(self.delimiter.encode()) != 1 or self.delimiter in '"\r\n':
            wanted = "one ASCII character other than a quote or a line end"
            problems.append(f"`delimiter` must be {wanted}, got {self.delimiter!r}.")
        wrong = {name: share for name, share in self.required.items() if not 0 < share <= 1}
        wanted = "above 0 and at most 1"
        problems += [f"`required` of `{name}` must be {wanted}, got {share!r}." for name, share in wrong.items()]
        return problems

    def _split_problems(self) -> list[str]:
        problems = []
        if isinstance(self.split, SpanSplit) and not has_spans(self.path):
            wanted = "{SPAN} or {YYYY}, {MM} and {DD}"
            problems.append(f"`split` by span needs {wanted} in `path`, got {self.path!r}.")
        if isinstance(self.split, FilesSplit):
            problems += _path_clashes(self.path, self.split)
        lost = [name for name in (*self.split.reads, *self.group_columns) if self.columns and name not in self.columns]
        problems += [f"`split` reads `{name}`, which is not among the declared `columns` of the file." for name in lost]
        if self.event_time is not None and self.columns and self.event_time.column not in self.columns:
            lost_time = self.event_time.column
            problems.append(f"`event_time` reads `{lost_time}`, which is not among the declared `columns` of the file.")
        return problems


def _path_clashes(path: str, split: FilesSplit) -> list[str]:
    paths = {"path": path, "eval_path": split.eval_path, "validation_path": split.validation_path}
    return [
        f"`{second}` must name other files than `{first}`, got {paths[first]!r} for both."
        for first, second in itertools.combinations(paths, 2)
        if paths[first] == paths[second]
    ]
