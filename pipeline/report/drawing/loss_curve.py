"""A curve over training steps: train, the watched split, and the step whose weights were exported."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from pipeline.report import numbers
from pipeline.report.drawing.palette import MUTED, SURFACE
from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["Trace", "draw_curve"]

WIDTH: Final = 340
HEIGHT: Final = 210


@dataclasses.dataclass(frozen=True)
class Trace:
    """One line.

    Attributes:
        values: One an interval; NaN where it was not computed.
        color: A colour of the palette.
        dashed: How train is told from the watched split.
    """

    values: Sequence[float]
    color: str
    dashed: bool = False


def draw_curve(
    steps: Sequence[int], traces: Sequence[Trace], *, selected: int | None, key: str, title: str, is_log: bool = False
) -> Markup:
    """Draws traces over steps.

    Args:
        steps: Optimizer steps at the end of each interval.
        traces: The last one carries the mark of the selected step.
        selected: Index of the interval whose weights were exported; None draws no mark.
        key: Unique on the page.
        title: For screen readers.
        is_log: Whether values lie powers of ten apart.
    """
    with figure(WIDTH, HEIGHT) as (made, axes):
        for trace in traces:
            style = (0, (3, 2)) if trace.dashed else "solid"
            axes.plot(steps, trace.values, color=trace.color, linestyle=style, linewidth=1.6 if trace.dashed else 2)
        if selected is not None and traces and math.isfinite(traces[-1].values[selected]):
            axes.axvline(steps[selected], color=MUTED, linewidth=0.8)
            point = (steps[selected], traces[-1].values[selected])
            axes.plot(*point, "o", color=traces[-1].color, markersize=8, markeredgecolor=SURFACE, markeredgewidth=2)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        if is_log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.compact(value)))
            axes.yaxis.set_minor_formatter(NullFormatter())
        else:
            axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.compact(value)))
        axes.set_xlabel("step")
        axes.grid(axis="x", visible=False)
        axes.margins(x=0.03)
        return inline_svg(made, key=key, title=title)
