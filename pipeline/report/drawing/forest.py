"""Intervals under one another against what was asked of them: a forest plot."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from components.gate.decision import Asked, Outcome
from components.gate.metrics import Metric
from pipeline.report import numbers
from pipeline.report.drawing.palette import BAD, BASELINE, GOOD, GRID, INK, MUTED, SURFACE, WARN, task_color
from pipeline.report.drawing.svg import figure, inline_svg
from pipeline.report.gate.panels import Line, Panel
from pipeline.report.gate.words import MARKS, axis_text
from pipeline.report.verdict import slice_text

__all__ = ["axis_range", "draw_forest", "forest_title"]

ROW: Final = 21
TOP: Final = 4
BOTTOM: Final = 42
NAME: Final = 16  # Where a line's name begins, after its mark.
TONES: Final = {"good": GOOD, "bad": BAD, "warn": WARN, "plain": BASELINE}
MARGIN: Final = -1.0  # Where the axis counts margins.
FARTHEST: Final = 6.0  # Margins: one that is tiny beside what it bounds would press all others together.
BETWEEN: Final = 28  # Two numbers at least.
DASHES: Final = (0, (3, 1.6))  # Of an interval of too few rows.
ROOM: Final = 0.06  # Of the axis, free at either end.
SHARE_SHOWN: Final = 0.75  # Of slices whose intervals are not cut; the widest would press the others together.


@dataclasses.dataclass(frozen=True)
class _Frame:
    """How wide a picture is, where its axis begins after the names, and how many letters of a name fit."""

    width: int
    left: int
    letters: int

    @property
    def right(self) -> int:
        return self.width - 14

    def short(self, text: str) -> str:
        """A name that fits; of a slice the end is kept, where its value is."""
        if len(text) <= self.letters:
            return text
        if " = " in text:
            return "\N{HORIZONTAL ELLIPSIS}" + text[-self.letters + 1 :]
        return text[: self.letters - 1] + "\N{HORIZONTAL ELLIPSIS}"


_OF_A_METRIC: Final = _Frame(width=380, left=158, letters=22)
_OF_MARGINS: Final = _Frame(width=640, left=290, letters=44)  # Its names tell the metric too.


@dataclasses.dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    frame: _Frame

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.frame.left + min(max(share, 0.0), 1.0) * (self.frame.right - self.frame.left)


def draw_forest(panel: Panel, slots: Mapping[str, int], *, key: str) -> Markup:
    """Draws a panel: a line an output and slice, its mark before it, what is not allowed shaded.

    Of too few rows a line is dashed and its point hollow: it may keep clear of the shade and yet pass nothing.

    Args:
        panel: At least one line.
        slots: Task colours of the outputs that have one.
        key: Unique on the page.
    """
    frame = _OF_MARGINS if panel.metric is None else _OF_A_METRIC
    axis = _Axis(*axis_range(panel), frame)
    has_slices = any(line.slice for line in panel.lines)
    num_rows = len(panel.lines) + len(panel.outputs) * has_slices
    height = TOP + num_rows * ROW + BOTTOM
    with figure(frame.width, height) as (made, axes):
        made.set_layout_engine("none")
        axes.set_position((0, 0, 1, 1))
        axes.set(xlim=(0, frame.width), ylim=(height, 0))
        axes.set_axis_off()
        _draw_axis(axes, panel, axis, bottom=TOP + num_rows * ROW)
        row = 0
        for output in panel.outputs:
            slot = slots.get(panel.owners.get(output, output))
            if has_slices:
                _draw_name(axes, frame.short(output), slot, left=0, y=TOP + (row + 0.5) * ROW, weight="bold")
                row += 1
            for line in (line for line in panel.lines if line.output == output):
                y = TOP + (row + 0.5) * ROW
                if has_slices:
                    color = MUTED if line.slice else INK
                    axes.text(NAME, y + 4, frame.short(slice_text(line.slice)), color=color, fontsize=10.5)
                else:
                    _draw_name(axes, frame.short(output), slot, left=NAME, y=y, weight="normal")
                _draw_line(axes, line, axis, y=y)
                row += 1
        return inline_svg(made, key=key, title=forest_title(panel))


def axis_range(panel: Panel) -> tuple[float, float]:
    """Holds every limit, 0 of differences, all intervals over all rows, and those of most slices."""
    fixed = [limit for line in panel.lines for limit in (line.floor, line.ceiling) if limit is not None]
    if panel.asked is not Asked.MIN:
        fixed.append(0.0)
    elif panel.metric is Metric.CALIBRATION:
        fixed.append(1.0)
    fixed += [end for line in panel.lines if not line.slice for end in _ends(line)]
    slices = [_ends(line) for line in panel.lines if line.slice and _ends(line)]
    if slices:
        fixed.append(float(np.quantile([min(ends) for ends in slices], 1 - SHARE_SHOWN)))
        fixed.append(float(np.quantile([max(ends) for ends in slices], SHARE_SHOWN)))
    low, high = (min(fixed), max(fixed)) if fixed else (0.0, 0.0)
    if panel.metric is None:
        low, high = max(low, -FARTHEST), min(high, FARTHEST)
    room = ROOM * (high - low) or 0.001  # Identical models: all is 0.
    return low - room, high + room


def forest_title(panel: Panel) -> str:
    """What a screen reader says: the axis, how many lines came out how, and which failed."""
    counts = Counter(line.outcome for line in panel.lines)
    words = ", ".join(f"{counts[outcome]} {mark.word}" for outcome, mark in MARKS.items() if counts[outcome])
    failed = [f"{line.output} on {slice_text(line.slice)}" for line in panel.lines if line.outcome is Outcome.FAILED]
    return f"{axis_text(panel.metric, panel.asked)}: {words}" + (f"; failed: {', '.join(failed)}" if failed else "")


def _ends(line: Line) -> list[float]:
    return [end for end in (line.low, line.value, line.high) if end is not None]


def _draw_axis(axes: Axes, panel: Panel, axis: _Axis, *, bottom: float) -> None:
    is_gain = panel.asked is not Asked.MIN
    ticks = [float(tick) for tick in MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(axis.low, axis.high)]
    if panel.metric is None:  # What must not be passed has a number, whatever stands near it.
        ticks = [MARGIN, *(tick for tick in ticks if tick == 0 or abs(axis.at(tick) - axis.at(MARGIN)) > BETWEEN)]
    for tick in ticks:
        if axis.low <= tick <= axis.high:
            axes.plot([axis.at(tick)] * 2, [TOP, bottom], color=GRID, linewidth=0.8)
            text = _tick_text(tick, is_gain=is_gain)
            axes.text(axis.at(tick), bottom + 15, text, color=MUTED, fontsize=10, ha="center")
    best = 0.0 if is_gain else 1.0 if panel.metric is Metric.CALIBRATION else None
    if best is not None:
        axes.plot([axis.at(best)] * 2, [TOP, bottom], color=MUTED, linewidth=1.2)
    words = axis_text(panel.metric, panel.asked)
    axes.text(axis.frame.right + 8, bottom + 33, words, color=MUTED, fontsize=10.5, ha="right")


def _tick_text(tick: float, *, is_gain: bool) -> str:
    text = f"{abs(tick):.4g}"
    sign = numbers.MINUS if tick < 0 else "+" if tick > 0 and is_gain else ""
    return sign + text


def _draw_name(axes: Axes, name: str, slot: int | None, *, left: float, y: float, weight: str) -> None:
    if slot is not None:
        axes.add_patch(Rectangle((left, y - 4), 9, 9, facecolor=task_color(slot), linewidth=0))
        left += 14
    axes.text(left, y + 4, name, color=INK, fontsize=11 if weight == "bold" else 10.5, weight=weight)


def _draw_line(axes: Axes, line: Line, axis: _Axis, *, y: float) -> None:
    mark = MARKS[line.outcome]
    color = TONES[mark.tone]
    axes.text(4, y + 4, mark.glyph, color=color, fontsize=11, weight="bold", ha="center")
    _shade(axes, line, axis, y=y)
    if line.value is None:
        axes.text(axis.frame.left + 6, y + 4, f"{mark.word}, no interval", color=color, fontsize=10)
        return
    if line.low is not None and line.high is not None:
        width = 1.6 if line.slice else 2.4
        style = "-" if line.trusted else DASHES
        axes.plot([axis.at(line.low), axis.at(line.high)], [y, y], color=color, linewidth=width, linestyle=style)
        for end, cut, arrow in ((line.low, line.low < axis.low, "<"), (line.high, line.high > axis.high, ">")):
            if cut:
                axes.plot(axis.at(end), y, marker=arrow, markersize=6, color=color, markeredgewidth=0)
    if axis.low <= line.value <= axis.high:
        face = color if line.trusted else SURFACE
        axes.plot(axis.at(line.value), y, marker="o", markersize=6.5, color=color, markerfacecolor=face)


def _shade(axes: Axes, line: Line, axis: _Axis, *, y: float) -> None:
    """Where the truth may not be, with a line where that begins."""
    off = [(float(axis.frame.left), axis.at(line.floor))] if line.floor is not None else []
    off += [(axis.at(line.ceiling), float(axis.frame.right))] if line.ceiling is not None else []
    for start, end in off:
        box = Rectangle((start, y - ROW / 2), end - start, ROW, facecolor=BAD, alpha=0.1, linewidth=0)
        axes.add_patch(box)
    for limit in (line.floor, line.ceiling):
        if limit is not None:
            axes.plot([axis.at(limit)] * 2, [y - ROW / 2, y + ROW / 2], color=BAD, linewidth=1, linestyle=(0, (3, 2)))
