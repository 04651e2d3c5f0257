"""How one gate spreads its weight over experts."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from components.trainer.record import GateRecord
from pipeline.report.drawing.palette import INK, MUTED
from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["draw_gate"]

WIDTH: Final = 340
ROW_HEIGHT: Final = 24
AXIS_HEIGHT: Final = 44
NAME_LENGTH: Final = 22  # Longer names would leave no room for the bars.


def draw_gate(gate: GateRecord, *, color: str, key: str, title: str) -> Markup:
    """Draws mean weights as bars, one standard deviation over rows as whiskers, and the even share as a line."""
    places = range(len(gate.experts))
    with figure(WIDTH, AXIS_HEIGHT + ROW_HEIGHT * len(gate.experts)) as (made, axes):
        axes.barh(places, gate.mean, height=0.62, color=color)
        for place, mean, std in zip(places, gate.mean, gate.std, strict=True):
            axes.plot([max(0.0, mean - std), min(1.0, mean + std)], [place, place], color=INK, linewidth=1.2)
        axes.axvline(1 / len(gate.experts), color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_yticks(places, [_short(name) for name in gate.experts])
        axes.invert_yaxis()
        axes.set(xlim=(0, 1), xlabel="gate weight")
        axes.set_xticks([0, 0.5, 1])
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        return inline_svg(made, key=key, title=title)


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
