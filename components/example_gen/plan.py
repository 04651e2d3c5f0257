"""Everything ExampleGen must know, as plain values."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Final

from components.example_gen.event_time import EventTime
from components.example_gen.source import DataConfig
from models.binding import bind_or_raise, unbind
from models.errors import raise_if_any
from models.expression import ColumnType, parse
from models.tasks import Role, TaskGraph

__all__ = ["PLAN_KEY", "ExampleGenPlan"]

PLAN_KEY: Final = "plan"  # The execution property that holds a plan as JSON.


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExampleGenPlan:
    """What the executor reads, derives and writes.

    Attributes:
        data: The files, their split and their label check.
        tasks: Their labels and weights become columns.
        columns: Every raw column to write, and as what: `NUMBER` as one float, else as one byte string. Columns that
            only labels, weights or the split read need not be among them. A float holds integers up to 2^24 exactly:
            ids are strings.
        delimiters: For string columns that hold lists in TFRecord or Parquet: what joins their values.
    """

    data: DataConfig
    tasks: TaskGraph
    columns: Mapping[str, ColumnType]
    delimiters: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        clashes = sorted(set(self.columns) & set(self.tasks.columns))
        problems = [f"`columns` must not hold `{name}`: ExampleGen makes a column of that name." for name in clashes]
        unknown = sorted(set(self.delimiters) - set(self.columns))
        problems += [f"`delimiters` names `{name}`, which `columns` does not hold." for name in unknown]
        lost = sorted(set(self.data.required) - set(self.columns))
        problems += [f"`required` names `{name}`, which nothing reads: leave it out." for name in lost]
        if self.tasks.waiting and self.data.clock is None:
            names = ", ".join(f"`{task.name}`" for task in self.tasks.waiting)
            problems.append(f"`data.event_time` must be declared for tasks with `matures_after`, {names}, got none.")
        raise_if_any("example_gen", problems)

    def to_json(self) -> str:
        """One text for equal plans, so that a cache finds them; what only training and the gate read is left out."""
        tasks = tuple(
            dataclasses.replace(task, loss_weight=1.0, role=Role.MAIN, also_input=()) for task in self.tasks.tasks
        )
        return json.dumps(unbind(dataclasses.replace(self, tasks=TaskGraph(tasks))), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ExampleGenPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))

    @property
    def clock(self) -> EventTime | None:
        """What tells the age of rows; None where no task waits for its labels."""
        return self.data.clock if self.tasks.waiting else None

    @property
    def needed(self) -> tuple[str, ...]:
        """Every raw column that must be in the files, in a fixed order."""
        names = dict.fromkeys(sorted(self.columns))
        for task in self.tasks.tasks:
            for text in (task.label, task.weight):
                names.update(dict.fromkeys(parse(text).columns if text else ()))
        names.update(dict.fromkeys((*self.data.split.reads, *self.data.group_columns)))
        if self.tasks.list_column is not None:
            names[self.tasks.list_column] = None
        if self.clock is not None:
            names[self.clock.column] = None
            names.update({task.label_time: None for task in self.tasks.waiting if task.label_time})
        return tuple(names)
