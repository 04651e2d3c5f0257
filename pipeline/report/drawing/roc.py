"""ROC curves of candidate and baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from pipeline.report.drawing.palette import BASELINE, GRID
from pipeline.report.drawing.svg import figure, inline_svg
from pipeline.report.evaluation import Curves

__all__ = ["draw_roc"]

SIDE: Final = 300


def draw_roc(curves: Sequence[Curves], *, color: str, key: str, title: str) -> Markup:
    """Draws the curves of one output; the candidate in its colour, on top."""
    with figure(SIDE, SIDE) as (made, axes):
        axes.plot([0, 1], [0, 1], color=GRID, linewidth=1)
        for one in sorted(curves, key=lambda curve: curve.model == "candidate"):
            is_candidate = one.model == "candidate"
            xs, ys = zip(*one.roc, strict=True)
            axes.plot(xs, ys, color=color if is_candidate else BASELINE, linewidth=2 if is_candidate else 1.6)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="false positive rate", ylabel="true positive rate")
        axes.set_xticks([0, 0.5, 1])
        axes.set_yticks([0, 0.5, 1])
        axes.set_aspect("equal")
        return inline_svg(made, key=key, title=title)
