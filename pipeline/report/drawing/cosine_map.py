"""The cosines of the gradients of two losses over layers and steps."""

from __future__ import annotations

from markupsafe import Markup

from components.trainer.drawing import Colors, CosineMap, cosine_size, plot_cosines
from pipeline.report.drawing.palette import BAD, INK, MUTED
from pipeline.report.drawing.svg import figure, inline_svg

__all__ = ["draw_cosines"]


def draw_cosines(drawn: CosineMap) -> Markup:
    """Draws the cells of `plot_cosines`."""
    key, title = (
        f"cosines-{drawn.first}-{drawn.second}",
        f"Cosines of the gradients of {drawn.first} and {drawn.second}",
    )
    with figure(*cosine_size(drawn)) as (made, axes):
        plot_cosines(axes, drawn, Colors(ink=INK, muted=MUTED, fill=INK, negative=BAD))
        return inline_svg(made, key=key, title=title)
