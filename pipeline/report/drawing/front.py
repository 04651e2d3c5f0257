"""What was tried and the front that nothing dominates, by what two objectives gain on the present weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.report import numbers
from pipeline.report.drawing.palette import BASELINE, GOOD, GRID, INK, MUTED
from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["Front", "draw_front"]

WIDTH: Final = 440
HEIGHT: Final = 340
NUM_TICKS: Final = 5
ROOM: Final = 0.12  # Beside the outermost point, as a share of the front's width.

Gains = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Front:
    """Gains of two objectives on the present weights, which are at 0 in both halves.

    Attributes:
        tried: Where the search looked.
        searched: Of the front, there.
        checked: Of the same points, in their order, where it did not.
        chosen: Place in the front; None where nothing was chosen.
        is_joined: Whether it is a front by these two objectives alone, so that a line through it says something.
    """

    tried: Sequence[Gains]
    searched: Sequence[Gains]
    checked: Sequence[Gains]
    chosen: int | None
    is_joined: bool


def draw_front(front: Front, names: tuple[str, str], *, key: str, title: str) -> Markup:
    """Draws one pair of objectives.

    Args:
        front: The points.
        names: Of both objectives.
        key: Unique on the page.
        title: For screen readers.
    """
    with figure(WIDTH, HEIGHT) as (made, axes):
        axes.axhline(0, color=GRID, linewidth=1.2)
        axes.axvline(0, color=GRID, linewidth=1.2)
        _dots(axes, front.tried, color=MUTED, size=9, alpha=0.3)
        if front.is_joined:
            axes.plot(*_columns(front.searched), color=BASELINE, linewidth=1.2)
        _dots(axes, front.searched, color=BASELINE, size=22, hollow=True)
        _dots(axes, front.checked, color=INK, size=20)
        axes.scatter([0], [0], marker="x", s=70, color=INK, linewidths=2.2, zorder=4)
        if front.chosen is not None:
            pair = [points[front.chosen] for points in (front.searched, front.checked)]
            axes.plot(*_columns(pair), color=GOOD, linewidth=1.6, zorder=4)
            _dots(axes, pair[:1], color=GOOD, size=60, hollow=True)
            _dots(axes, pair[1:], color=GOOD, size=75)
        _frame(axes, [*front.searched, *front.checked, (0.0, 0.0)])
        axes.set(xlabel=f"gain in {names[0]}", ylabel=f"gain in {names[1]}")
        return inline_svg(made, key=key, title=title)


def _dots(
    axes: Axes, points: Sequence[Gains], *, color: str, size: int, hollow: bool = False, alpha: float = 1
) -> None:
    xs, ys = _columns(points)
    fill = "none" if hollow else color
    axes.scatter(xs, ys, s=size, facecolors=fill, edgecolors=color if hollow else "none", alpha=alpha, zorder=5)


def _columns(points: Sequence[Gains]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(points, np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _frame(axes: Axes, points: Sequence[Gains]) -> None:
    """So that the front fills the picture; what was tried far from it lies outside."""
    for values, limits, axis in zip(
        _columns(points), (axes.set_xlim, axes.set_ylim), (axes.xaxis, axes.yaxis), strict=True
    ):
        low, high = float(values.min()), float(values.max())
        room = ROOM * (high - low) or 1e-3
        limits(low - room, high + room)
        axis.set_major_locator(MaxNLocator(NUM_TICKS))
        axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.signed(value, 3)))
