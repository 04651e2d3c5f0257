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
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("task" if config.names else "", overflow="fold")
    titles = ("base\nrate", "positives", "error", "equal\npasses", f"{config.worse:g} x\nstopped", "shown\nworse")
    for title in (*titles, "rows for\n80 %"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, task in zip(config.names or [""] * len(power.tasks), power.tasks, strict=True):
        table.add_row(name, *_cells(task))
    return Group(table, Text(_together(config, power)), *([Text(_drawn(drawn))] if drawn is not None else []))


def _cells(task: TaskPower) -> list[str]:
    chances = [_percent(chance) for chance in (task.passes_equal, task.stops_worse, task.shows_worse)]
    if not task.is_enough:
        chances[0] = "too few"
    return [
        _percent(task.base_rate),
        f"{task.positives:,.0f}",
        f"{task.error:.2g}",
        *chances,
        f"{task.rows_asked_for:,}",
    ]


def _together(config: PowerConfig, power: Power) -> str:
    margins = " or ".join(f"{margin:g}" for margin in dict.fromkeys(config.margins))
    return (
        f"With a margin of {margins} AUC and {config.rows:,} rows, a model just as good passes all tasks in "
        f"{_percent(power.passes_equal)} of runs if their errors are independent, in at least "
        f"{_at_least(power.passes_equal_at_least)} however they hang together. A model worse by {config.worse:g} "
        f"margins on one task is stopped in at least {_at_least(power.stops_worse)}, whatever it gains elsewhere."
    )


def _drawn(drawn: Drawn) -> str:
    return (
        f"Of {drawn.draws} drawn, compared and judged row by row: {_percent(drawn.passes_equal)} of models just as "
        f"good passed, {_percent(drawn.stops_worse)} of models worse on the first task were stopped, "
        f"{_percent(drawn.shows_worse)} because that was shown."
    )


def _percent(share: float) -> str:
    return f">{_at_least(share)}" if _NEARLY_ALL < share < 1 else _at_least(share)


def _at_least(share: float) -> str:
    """What `share` is not below, to three digits."""
    return f"{100 * (_NEARLY_ALL if _NEARLY_ALL < share < 1 else share):.3g} %"
