"""Everything ExampleGen must know, as plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from components.example_gen.source import DataSource, Format
from components.example_gen.split import FilesSplit, HashSplit, SpanSplit, Split, TimeSplit
from models.errors import raise_if_any
from models.expression import ColumnType, parse
from models.tasks import TaskGraph

__all__ = ["ExampleGenPlan", "LabelCheck", "split_problems"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelCheck:
    """How much of the labels may contradict the declared funnel.

    Attributes:
        max_share: Largest allowed share of a task's positive rows whose parent task is known to be negative, such as
            conversions without a click; more stops the run, less is counted in the report.
    """

    max_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.max_share <= 1:
            raise_if_any("label_check", [f"`max_share` must be between 0 and 1, got {self.max_share!r}."])


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExampleGenPlan:
    """What the executor reads, derives and writes.

    Attributes:
        source: The files.
        split: Which rows train and which evaluate.
        tasks: Their labels and weights become columns.
        columns: Every raw column to write, and as what: `NUMBER` as one float, else as one byte string. Columns that
            only labels, weights or the split read need not be among them. A float holds integers up to 2^24 exactly:
            ids are strings.
        delimiters: For string columns that hold lists in TFRecord or Parquet: what joins their values.
        group_columns: Rows that agree in all of these stay together in one shard, one after the other; empty for rows
            that stand alone.
        label_check: How much of the labels may contradict the funnel.
    """

    source: DataSource
    split: Split
    tasks: TaskGraph
    columns: Mapping[str, ColumnType]
    delimiters: Mapping[str, str] = dataclasses.field(default_factory=dict)
    group_columns: tuple[str, ...] = ()
    label_check: LabelCheck = LabelCheck()

    def __post_init__(self) -> None:
        problems = split_problems(self.source, self.split)
        clashes = sorted(set(self.columns) & set(self.tasks.columns))
        problems += [f"`columns` must not hold `{name}`: ExampleGen makes a column of that name." for name in clashes]
        unknown = sorted(set(self.delimiters) - set(self.columns))
        problems += [f"`delimiters` names `{name}`, which `columns` does not hold." for name in unknown]
        raise_if_any("example_gen", problems)

    @property
    def needed(self) -> tuple[str, ...]:
        """Every raw column that must be in the files, in a fixed order."""
        names = dict.fromkeys(self.columns)
        for task in self.tasks.tasks:
            for text in (task.label, task.weight):
                names.update(dict.fromkeys(parse(text).columns if text else ()))
        if isinstance(self.split, HashSplit):
            names.update(dict.fromkeys(self.split.columns))
        if isinstance(self.split, TimeSplit):
            names[self.split.column] = None
        names.update(dict.fromkeys(self.group_columns))
        return tuple(names)


def split_problems(source: DataSource, split: Split) -> list[str]:
    """What is wrong with `split` for `source`, one sentence each."""
    if isinstance(split, SpanSplit) and not source.has_spans:
        return [f"`split` by span needs {{SPAN}} or {{YYYY}}, {{MM}} and {{DD}} in `path`, got {source.path!r}."]
    if isinstance(split, FilesSplit) and split.eval_path == source.path:
        return [f"`eval_path` must name other files than `path`, got {split.eval_path!r} for both."]
    named = source.columns if source.format is Format.CSV else ()
    read = split.columns if isinstance(split, HashSplit) else (split.column,) if isinstance(split, TimeSplit) else ()
    lost = [name for name in read if named and name not in named]
    return [f"`split` reads `{name}`, which is not among the declared `columns` of the file." for name in lost]
