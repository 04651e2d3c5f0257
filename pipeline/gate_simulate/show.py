"""A gate's power on a terminal."""

from __future__ import annotations

from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.gate_simulate.config import PowerConfig
from pipeline.gate_simulate.draws import Drawn
from pipeline.gate_simulate.power import Power, TaskPower

__all__ = ["power_table"]

_NEARLY_ALL: Final = 0.999


def power_table(config: PowerConfig, power: Power, drawn: Drawn | None) -> RenderableType:
    """What rich prints: a line a task, then all of them together."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("base rate")
    for title in ("positives", "error", "equal passes", f"{config.worse:g} x stopped", "shown worse", "rows for 80 %"):
        table.add_column(title, justify="right")
    for task in power.tasks:
        table.add_row(*_cells(task))
    return Group(table, Text(_together(config, power)), *([Text(_drawn(drawn))] if drawn is not None else []))


def _cells(task: TaskPower) -> list[str]:
    rows = "none" if task.rows_asked_for is None else f"{task.rows_asked_for:,}"
    chances = [_percent(chance) for chance in (task.passes_equal, task.stops_worse, task.shows_worse)]
    if not task.is_enough:
        chances[0] = "too few"
    return [_percent(task.base_rate), f"{task.positives:,.0f}", f"{task.error:.2g}", *chances, rows]


def _together(config: PowerConfig, power: Power) -> str:
    return (
        f"With a margin of {config.margin:g} AUC and {config.rows:,} rows, a model just as good passes all tasks in "
        f"{_percent(power.passes_equal)} of runs if their errors are independent, in at least "
        f"{_percent(power.passes_equal_at_least)} however they hang together. A model worse by {config.worse:g} "
        f"margins on one task is stopped in at least {_percent(power.stops_worse)}, whatever it gains elsewhere."
    )


def _drawn(drawn: Drawn) -> str:
    return (
        f"Of {drawn.draws} drawn, compared and judged row by row: {_percent(drawn.passes_equal)} of models just as "
        f"good passed, {_percent(drawn.stops_worse)} of models worse on the first task were stopped."
    )


def _percent(share: float) -> str:
    return "over 99.9 %" if _NEARLY_ALL < share < 1 else f"{100 * share:.3g} %"
