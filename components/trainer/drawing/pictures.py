"""The pictures of a run as PNG files."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.trainer.drawing.colors import Colors
from components.trainer.drawing.cosine_map import cosine_maps, cosine_size, plot_cosines
from components.trainer.drawing.gate_bars import gate_size, plot_gate
from components.trainer.drawing.heat_map import Heat, connection_heat, heat_size, plot_heat, route_heat, segment_heats
from components.trainer.record import TrainingRecord

__all__ = ["Picture", "pictures_of"]

COLORS: Final = Colors(ink="#16161a", muted="#6d6d75", fill="#2a6fd0", negative="#b3261e")
STYLE: Final = {
    "text.parse_math": False,  # A name may hold a dollar sign.
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
}
POINTS_PER_INCH: Final = 72
SCALE: Final = 2  # Pixels of the file for one of the drawing.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture.

    Attributes:
        width: In pixels of the file.
        height: In pixels of the file.
        png: The file.
    """

    width: int
    height: int
    png: bytes


def pictures_of(record: TrainingRecord) -> dict[str, Picture]:
    """Gates, their segments, connections, routes and cosines of gradients by name; empty where there is none."""
    pictures = {}
    for gate in record.gates:
        with _figure(*gate_size(gate)) as (made, axes):
            plot_gate(axes, gate, COLORS)
            pictures[f"gates/{gate.name}"] = _picture(made)
    for name, heat in _heats(record):
        with _figure(*heat_size(heat)) as (made, axes):
            plot_heat(axes, heat, COLORS)
            pictures[name] = _picture(made)
    for drawn in () if record.gradients is None else cosine_maps(record.gradients):
        with _figure(*cosine_size(drawn)) as (made, axes):
            plot_cosines(axes, drawn, COLORS)
            pictures[f"gradient_cosines/{drawn.first}/{drawn.second}"] = _picture(made)
    return pictures


def _heats(record: TrainingRecord) -> Iterator[tuple[str, Heat]]:
    for gate in record.gates:
        yield from ((f"segments/{heat.name}", heat) for _, heat in segment_heats(gate))
    yield from ((f"connections/{level.level}", connection_heat(level)) for level in record.connections)
    yield from ((f"routes/{route.level}", route_heat(route)) for route in record.routes)


@contextlib.contextmanager
def _figure(width: int, height: int) -> Iterator[tuple[Figure, Axes]]:
    with mpl.rc_context(STYLE):
        made = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), layout="constrained")
        yield made, made.add_subplot()


def _picture(made: Figure) -> Picture:
    dpi = SCALE * POINTS_PER_INCH
    file = io.BytesIO()
    made.savefig(file, format="png", dpi=dpi)
    width, height = (round(dpi * side) for side in made.get_size_inches())
    return Picture(width=width, height=height, png=file.getvalue())
