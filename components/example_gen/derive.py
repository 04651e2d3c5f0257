"""From a block of raw cells to serialized examples and to counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import numpy as np

from components.example_gen.assign import PLACE_BYTES, assigned_splits, places, torn
from components.example_gen.files import InputFile
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.readers import Block
from components.example_gen.split import HashSplit, split_names
from components.example_gen.table import Table
from components.example_gen.tally import Count, Tally
from components.example_gen.windows import count_windows, windows
from components.example_gen.wire import bytes_entries, float_entries, serialized_examples
from models.expression import Column, ColumnType, Expression, evaluate, parse
from models.tasks import known_column, label_column, weight_column
from models.tasks.columns import contradictions, derive_columns, out_of_range, unusable_weights

__all__ = ["Deriver", "Shard"]

Shard = tuple[str, int]  # Split, number.


@final
class Deriver:
    """Turns blocks into the records of each shard; a record has its place before it."""

    def __init__(self, plan: ExampleGenPlan, num_shards: int) -> None:
        self._plan = plan
        self._num_shards = num_shards
        tasks = plan.tasks.tasks
        self._labels = {task.name: parse(task.label) for task in tasks}
        self._weights = {task.name: parse(task.weight) for task in tasks if task.weight}
        self._types: dict[str, ColumnType | None] = dict.fromkeys(plan.needed)
        for expression in (*self._labels.values(), *self._weights.values()):
            self._types.update({name: kind for name, kind in expression.columns.items() if kind})
        self._types.update(plan.columns)

    def derive(
        self, block: Block, file: InputFile, newest: int | None = None
    ) -> tuple[dict[Shard, list[bytes]], Tally]:
        """The records of `block` by shard, and what was counted on the way; `newest` is the last event of all."""
        tally = Tally()
        table = Table(block, file.path, delimiters=self._plan.delimiters, tally=tally)
        labels = _evaluated(self._labels, table)
        weights = _evaluated(self._weights, table)
        splits = assigned_splits(self._plan.data, file, table, tally)
        waits = windows(self._plan, labels, table, newest=newest, tally=tally)
        derived = derive_columns(self._plan.tasks, labels, weights, windows=waits)
        self._count_tasks(labels, weights, table, tally)
        if isinstance(self._plan.data.split, HashSplit) and self._plan.tasks.list_column is not None:
            column = self._plan.tasks.list_column
            tally.mark(Count.TORN_LIST, column, torn(table, column, splits), table.place(column))
        self._count_outputs(derived, splits, tally)
        count_windows(waits, splits, split_names(self._plan.data.split), table=table, tally=tally)
        self._count_missing(table, tally)
        records = self._records(table, derived)
        shards: dict[Shard, list[bytes]] = {}
        for record, place, split in zip(records, places(self._plan.data, table, records), splits.tolist(), strict=True):
            shard = (split, int.from_bytes(place[: PLACE_BYTES // 2]) % self._num_shards)
            shards.setdefault(shard, []).append(place + record)
        return shards, tally

    def _records(self, table: Table, derived: Mapping[str, np.ndarray]) -> list[bytes]:
        always = np.ones(table.num_rows, dtype=bool)
        entries = {name: float_entries(name, values, always) for name, values in derived.items()}
        for name, kind in self._plan.columns.items():
            if kind is ColumnType.STRING:
                entries[name] = bytes_entries(name, table.strings(name))
            else:
                column = table.numbers(name)
                entries[name] = float_entries(name, column.values, column.known)
        return list(serialized_examples(entries))

    def _count_tasks(
        self, labels: Mapping[str, Column], weights: Mapping[str, Column], table: Table, tally: Tally
    ) -> None:
        graph = self._plan.tasks
        for name, mask in out_of_range(graph, labels).items():
            tally.mark(Count.OUT_OF_RANGE, name, mask, table.place())
            tally.add(Count.TASK_POSITIVE, name, rows=_num(labels[name].known & ~mask & (labels[name].values != 0)))
        for name, mask in contradictions(graph, labels).items():
            tally.mark(Count.CONTRADICTION, name, mask, table.place())
        for name, mask in unusable_weights(weights).items():
            tally.mark(Count.UNUSABLE_WEIGHT, name, mask, table.place())

    def _count_outputs(self, derived: Mapping[str, np.ndarray], splits: np.ndarray, tally: Tally) -> None:
        for split in split_names(self._plan.data.split):
            rows = splits == split
            tally.add(Count.ROWS, split, rows=_num(rows))
            for output in self._plan.tasks.outputs:
                known = rows & (derived[known_column(output.name)] != 0)
                positive = known & (derived[label_column(output.name)] != 0)
                weighed = known & (derived[weight_column(output.task)] > 0)
                for count, mask in ((Count.KNOWN, known), (Count.POSITIVE, positive), (Count.WEIGHED, weighed)):
                    tally.add(count, output.name, split, rows=_num(mask))

    def _count_missing(self, table: Table, tally: Tally) -> None:
        for name, kind in self._types.items():
            known = table.column(name, kind).known
            tally.add(Count.MISSING, name, rows=_num(~known))


def _evaluated(expressions: Mapping[str, Expression], table: Table) -> dict[str, Column]:
    return {
        name: evaluate(
            expression,
            {column: table.column(column, kind) for column, kind in expression.columns.items()},
            table.num_rows,
        )
        for name, expression in expressions.items()
    }


def _num(mask: np.ndarray) -> int:
    return int(np.count_nonzero(mask))
