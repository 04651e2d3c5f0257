"""Observed rate over predicted probability, with the chance that a bucket's rate has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.report.drawing.palette import BASELINE, GRID, SURFACE
from pipeline.report.drawing.svg import figure, inline_svg
from pipeline.report.evaluation import Bucket, Curves

__all__ = ["draw_calibration", "wilson_interval"]

SIDE: Final = 300
Z_95: Final = 1.959964  # Of a two-sided 95 % interval.
HEADROOM: Final = 1.03


def draw_calibration(curves: Sequence[Curves], *, color: str, key: str, title: str) -> Markup:
    """Draws one output's buckets; on the diagonal a prediction keeps its word."""
    top = min(1.0, HEADROOM * max((_height(bucket) for curve in curves for bucket in curve.calibration), default=1.0))
    with figure(SIDE, SIDE) as (made, axes):
        axes.plot([0, top], [0, top], color=GRID, linewidth=1)
        for one in sorted(curves, key=lambda curve: curve.model == "candidate"):
            is_candidate = one.model == "candidate"
            shade = color if is_candidate else BASELINE
            xs = [bucket.predicted for bucket in one.calibration]
            ys = [bucket.observed for bucket in one.calibration]
            if is_candidate:
                for x, bucket in zip(xs, one.calibration, strict=True):
                    axes.plot([x, x], wilson_interval(bucket.observed, bucket.rows), color=shade, linewidth=1.2)
            axes.plot(xs, ys, "o-", color=shade, linewidth=1.4, markersize=6, markeredgecolor=SURFACE)
        axes.set(xlim=(0, top), ylim=(0, top), xlabel="mean prediction", ylabel="observed rate")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(4))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_aspect("equal")
        return inline_svg(made, key=key, title=title)


def _height(bucket: Bucket) -> float:
    return max(bucket.predicted, wilson_interval(bucket.observed, bucket.rows)[1])


def wilson_interval(rate: float, rows: float) -> tuple[float, float]:
    """The 95 % interval of a rate seen on `rows` rows, which must be positive.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927.
    """
    spread = Z_95**2 / rows
    centre = (rate + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * math.sqrt(rate * (1 - rate) / rows + spread / (4 * rows))
    return max(0.0, centre - half), min(1.0, centre + half)
