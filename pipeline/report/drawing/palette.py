"""Colours by role: the page's style sheet gives each its value, for light and for dark."""

from __future__ import annotations

from typing import Final

from models.tasks import TaskGraph

__all__ = [
    "BAD",
    "BASELINE",
    "GOOD",
    "GRID",
    "INK",
    "MUTED",
    "NUM_TASK_COLORS",
    "SURFACE",
    "VARIABLES",
    "WARN",
    "task_color",
    "task_slot",
]

NUM_TASK_COLORS: Final = 8  # More hues cannot be told apart; a ninth task shares the first one's.

# Matplotlib wants real colours. These stand for roles, are near black so that none occurs by chance, and
# `inline_svg` puts the style sheet's variable in their place.
INK: Final = "#010100"
MUTED: Final = "#010200"
GRID: Final = "#010300"
SURFACE: Final = "#010400"
BASELINE: Final = "#010500"
BAD: Final = "#010600"
GOOD: Final = "#010700"
WARN: Final = "#010800"

VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    SURFACE: "--surface",
    BASELINE: "--baseline",
    BAD: "--bad",
    GOOD: "--good",
    WARN: "--warn",
    **{f"#0200{slot:02x}": f"--task-{slot}" for slot in range(NUM_TASK_COLORS)},
}


def task_slot(graph: TaskGraph, task: str) -> int:
    """Which of the task colours a task or a signal has, everywhere on the page."""
    names = [known.name for known in (*graph.tasks, *graph.signals)]
    return names.index(task) % NUM_TASK_COLORS


def task_color(slot: int) -> str:
    """The stand-in for a task's colour."""
    return f"#0200{slot:02x}"
