"""Labels as they are when the windows of their rows close, and the newest event, from which ages are told."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Mapping

import numpy as np

from components.errors import UnusableInputError
from components.example_gen.files import InputFile, open_file
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.readers import READERS, Reading
from components.example_gen.table import Table
from components.example_gen.tally import Count, Tally, later
from models.expression import Column
from models.tasks.maturity import Window, label_at_close

__all__ = ["count_windows", "newest_event", "windows"]


def newest_event(plan: ExampleGenPlan, file: InputFile) -> int | None:
    """The latest event in `file`, in microseconds from 1970, as far as it can be read; deriving says what cannot."""
    if plan.clock is None:
        return None
    column, newest = plan.clock.column, None
    try:
        reading = Reading(plan.data, (column,), whole=False)
        for block in READERS[plan.data.format](functools.partial(open_file, file.path), file.path, reading):
            table = Table(block, file.path, delimiters={}, tally=Tally())
            newest = later(newest, _last(table.moments(column, plan.clock.unit)))
    except (UnusableInputError, EOFError, OSError, zlib.error):
        return newest
    return newest


def windows(
    plan: ExampleGenPlan, labels: Mapping[str, Column], table: Table, *, newest: int | None, tally: Tally
) -> dict[str, Window]:
    """The window of each row for every task that waits for its labels.

    Args:
        plan: Names the columns of times.
        labels: As evaluated, by task.
        table: The rows.
        newest: The latest event of all rows, which stands for an undeclared `as_of`.
        tally: Gets the rows without a time of the event, and the latest event of these.
    """
    clock = plan.clock
    if clock is None:
        return {}
    event = table.moments(clock.column, clock.unit)
    tally.newest = later(tally.newest, _last(event))
    if not tally.get(Count.NOT_A_TIME, clock.column) and not tally.get(Count.NO_TIME, clock.column):
        tally.mark(Count.NO_EVENT_TIME, clock.column, ~event.known, table.place(clock.column))
    as_of = newest if clock.as_of is None else clock.as_of_us
    return {
        task.name: label_at_close(
            labels[task.name],
            event=event,
            came=table.moments(task.label_time, clock.unit) if task.label_time else None,
            delay=task.delay_us or 0,
            as_of=as_of,
        )
        for task in plan.tasks.waiting
    }


def count_windows(
    found: Mapping[str, Window], splits: np.ndarray, names: Iterable[str], *, table: Table, tally: Tally
) -> None:
    """Counts open rows of each split among `names`, and positives out of time."""
    for task, window in found.items():
        for split in names:
            tally.add(Count.OPEN, task, split, rows=int(np.count_nonzero(window.is_open & (splits == split))))
        odd = {Count.LATE: window.late, Count.UNTIMED: window.untimed, Count.EARLY: window.early}
        for count, mask in odd.items():
            tally.mark(count, task, mask, table.place())


def _last(moments: Column) -> int | None:
    return int(moments.values[moments.known].max()) if moments.known.any() else None
