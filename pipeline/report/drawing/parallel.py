"""Trials of a search as lines across one axis a value, and the score they came to."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from pipeline.report.drawing.palette import BASELINE, GOOD, INK, MUTED, SURFACE
from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["Axis", "Line", "Rank", "draw_parallel"]

AXIS_WIDTH: Final = 130
MARGIN: Final = 140
HEIGHT: Final = 280


class Rank(enum.Enum):
    """What became of a trial."""

    TRIED = "tried"
    REPEATED = "repeated"
    DECLARED = "declared"
    CHOSEN = "chosen"


STYLES: Final = {
    Rank.TRIED: {"color": MUTED, "linewidth": 0.9, "alpha": 0.6},
    Rank.REPEATED: {"color": BASELINE, "linewidth": 1.6},
    Rank.DECLARED: {"color": INK, "linewidth": 1.6, "linestyle": (0, (3, 2))},
    Rank.CHOSEN: {"color": GOOD, "linewidth": 2.6},
}


@dataclasses.dataclass(frozen=True)
class Axis:
    """One vertical axis.

    Attributes:
        name: Of the value.
        ticks: Places from 0 to 1 and what is written there.
    """

    name: str
    ticks: tuple[tuple[float, str], ...]


@dataclasses.dataclass(frozen=True)
class Line:
    """One trial.

    Attributes:
        places: From 0 to 1, one an axis.
        rank: What became of it; later ones are drawn over earlier.
    """

    places: tuple[float, ...]
    rank: Rank


def draw_parallel(axes: Sequence[Axis], lines: Sequence[Line], *, key: str, title: str) -> Markup:
    """Draws `lines` across `axes`, the chosen one on top.

    Args:
        axes: At least two, from left to right.
        lines: In any order.
        key: Unique on the page.
        title: For screen readers.
    """
    order = list(Rank)
    with figure(MARGIN + AXIS_WIDTH * (len(axes) - 1), HEIGHT) as (made, canvas):
        for place, axis in enumerate(axes):
            canvas.axvline(place, color=MUTED, linewidth=0.8)
            for height, text in axis.ticks:
                canvas.annotate(
                    text,
                    (place, height),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    color=MUTED,
                    fontsize=9,
                    bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
                    zorder=5,  # Over the lines, of which there may be many.
                )
        for line in sorted(lines, key=lambda one: order.index(one.rank)):
            canvas.plot(range(len(axes)), line.places, **STYLES[line.rank])
        canvas.set_xticks(range(len(axes)), [axis.name for axis in axes])
        canvas.set_yticks([])
        canvas.set_xlim(-0.15, len(axes) - 0.5)
        canvas.set_ylim(-0.06, 1.06)
        canvas.grid(visible=False)
        canvas.spines["left"].set_visible(False)
        return inline_svg(made, key=key, title=title)
