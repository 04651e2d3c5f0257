"""Matplotlib figures as SVG elements to stand inside a page."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from typing import Final

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report.drawing import palette

__all__ = ["figure", "inline_svg"]

POINTS_PER_INCH: Final = 72  # One unit of the picture is one pixel of the page.

STYLE: Final = {
    "svg.fonttype": "none",  # Text stays text: it can be searched, read aloud and takes the page's font.
    "svg.hashsalt": "evenkeel",
    "text.parse_math": False,  # A name may hold a dollar sign.
    "font.size": 11,
    "font.family": ["DejaVu Sans"],
    "axes.edgecolor": palette.GRID,
    "axes.labelcolor": palette.MUTED,
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": palette.GRID,
    "grid.linewidth": 0.8,
    "text.color": palette.INK,
    "xtick.color": palette.GRID,
    "ytick.color": palette.GRID,
    "xtick.labelcolor": palette.MUTED,
    "ytick.labelcolor": palette.MUTED,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}
NO_METADATA: Final = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@contextlib.contextmanager
def figure(width: int, height: int) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, drawn in the report's style; sizes in pixels."""
    with mpl.rc_context(STYLE):
        made = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), layout="constrained")
        yield made, made.add_subplot()


def inline_svg(made: Figure, *, key: str, title: str) -> Markup:
    """Turns a figure into one `<svg>` element without outer references, the same bytes for the same figure.

    Args:
        made: Drawn with the colours of `palette`.
        key: Unique on the page; keeps the picture's ids apart from those of others.
        title: What a screen reader says.
    """
    file = io.StringIO()
    with mpl.rc_context({**STYLE, "svg.hashsalt": key}):
        made.savefig(file, format="svg", dpi=POINTS_PER_INCH, metadata=NO_METADATA)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'<svg [^>]*viewBox="(\S+ \S+ (\S+) \S+)"[^>]*>', _opening(title), text, count=1)
    text = _own_ids(text, key)
    for color, variable in palette.VARIABLES.items():
        text = text.replace(color, f"var({variable})")
    return Markup(text)  # Matplotlib escaped every text in it.


def _opening(title: str) -> str:
    label = str(escape(title)).replace("\\", "\\\\")
    return rf'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\1" width="\2" role="img" aria-label="{label}">'


def _own_ids(text: str, key: str) -> str:
    """Drops ids that nothing refers to, and puts `key` before the others."""
    slug = re.sub(r"[^a-z0-9]+", "-", key.lower())
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))

    def rename(match: re.Match[str]) -> str:
        name = match.group(1)
        return f' id="{slug}-{name}"' if name in used else ""

    text = re.sub(r' id="([^"]*)"', rename, text)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{slug}-", text)
