"""Loss curves of the controlled-correlation benchmark, as one picture."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence

import matplotlib
import matplotlib.figure
import numpy as np

__all__ = ["draw"]

_INCHES_WIDE, _INCHES_HIGH = 4.2, 3.6


def draw(
    curves: Mapping[tuple[float, str], Sequence[Sequence[float]]], steps: int, path: pathlib.Path
) -> matplotlib.figure.Figure:
    """A panel for each correlation, a line for each architecture: the mean over seeds.

    Args:
        curves: By correlation and architecture, `[seeds, points]`.
        steps: Of a whole curve.
        path: Ends in `.svg` or `.png`.
    """
    correlations = list(dict.fromkeys(correlation for correlation, _ in curves))
    figure = matplotlib.figure.Figure(figsize=(_INCHES_WIDE * len(correlations), _INCHES_HIGH), layout="constrained")
    panels = figure.subplots(1, len(correlations), sharey=True, squeeze=False)[0]
    for panel, correlation in zip(panels, correlations, strict=True):
        for name in (name for p, name in curves if p == correlation):
            values = np.asarray(curves[correlation, name])
            places = (np.arange(values.shape[1]) + 0.5) * steps / values.shape[1]
            panel.plot(places, values.mean(axis=0), label=name, linewidth=1.4)
        panel.set(title=f"correlation {correlation}", xlabel="step", yscale="log")
    panels[0].set_ylabel("mean squared error in training")
    panels[-1].legend(fontsize="small")
    with matplotlib.rc_context({"svg.fonttype": "none"}):  # Letters, not a path for each.
        figure.savefig(path)
    return figure
