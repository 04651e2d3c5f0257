"""The cosines of the gradients of two losses over layers and steps, as a map without numbers."""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from components.trainer.drawing.colors import Colors, shortened
from components.trainer.gradient_record import GradientRecord

__all__ = ["LEVELS", "CosineMap", "cosine_maps", "cosine_size", "plot_cosines"]

MOST_COLUMNS: Final = 30  # Looks that lie side by side are averaged where there are more.
MOST_ROWS: Final = 24
# Sizes from which a cell is drawn deeper: gradients of thousands of weights rarely have more than 0.4 in common.
LEVELS: Final = (0.02, 0.05, 0.1, 0.2, 0.4)
DEEPEST: Final = 0.85  # How opaque.
FAINT: Final = 0.06  # Below the first level, so that it is told from a cell of no gradient.
CELL_WIDTH: Final = 10
CELL_HEIGHT: Final = 15
GAP: Final = 0.06  # Between cells, in cells.
LETTER: Final = 6.5
NAME_LENGTH: Final = 26
AXIS_HEIGHT: Final = 44
MARGIN: Final = 28
ALL: Final = "all shared"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CosineMap:
    """Two losses.

    Attributes:
        first: Name of one.
        second: Name of the other.
        rows: All shared parameters together, then layers and tables.
        steps: Where each column begins.
        values: By row, by column, means over the looks of a column; NaN where one loss has no gradient.
        mean: Over all looks and all shared parameters; NaN where there is none.
    """

    first: str
    second: str
    rows: tuple[str, ...]
    steps: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    mean: float


def cosine_maps(record: GradientRecord) -> tuple[CosineMap, ...]:
    """One a pair of losses that meet anywhere, the most opposed pair first."""
    starts = _starts(len(record.steps))
    maps = []
    for place, (first, second) in enumerate(record.pairs):
        by_layer = [_column(layer.cosines, place) for layer in (record.shared, *record.layers)]
        if all(math.isnan(value) for value in by_layer[0]):
            continue
        names = [ALL, *(layer.name for layer in record.layers)]
        shown = [0, *_most_opposed(by_layer)]
        maps.append(
            CosineMap(
                first=first,
                second=second,
                rows=tuple(names[row] for row in shown),
                steps=tuple(record.steps[start] for start in starts),
                values=tuple(tuple(_means(by_layer[row], starts)) for row in shown),
                mean=_mean(by_layer[0]),
            )
        )
    return tuple(sorted(maps, key=lambda one: one.mean))


def cosine_size(drawn: CosineMap) -> tuple[int, int]:
    """Width and height in pixels."""
    left = LETTER * max(min(NAME_LENGTH, len(name)) for name in drawn.rows)
    return round(left) + MARGIN + CELL_WIDTH * len(drawn.steps), AXIS_HEIGHT + CELL_HEIGHT * len(drawn.rows)


def plot_cosines(axes: Axes, drawn: CosineMap, colors: Colors) -> None:
    """Draws the cells of each level as one shape: conflict in the colour of what is negative."""
    cells: dict[tuple[bool, int], list[tuple[int, int]]] = {}
    for row, values in enumerate(drawn.values):
        for column, value in enumerate(values):
            if not math.isnan(value):
                level = bisect.bisect_right(LEVELS, abs(value))
                cells.setdefault((value < 0 and level > 0, level), []).append((column, row))
    for (is_negative, level), places in sorted(cells.items()):
        color = colors.negative if is_negative else colors.fill
        depth = DEEPEST * level / len(LEVELS) if level else FAINT
        axes.add_patch(PathPatch(_squares(places), facecolor=color, alpha=depth, linewidth=0))
    axes.set(xlim=(0, len(drawn.steps)), ylim=(len(drawn.rows), 0), xlabel="step")
    axes.set_yticks([row + 0.5 for row in range(len(drawn.rows))], [shortened(row, NAME_LENGTH) for row in drawn.rows])
    ticks = sorted({0, len(drawn.steps) // 2})
    axes.set_xticks([tick + 0.5 for tick in ticks], [f"{drawn.steps[tick]:,}" for tick in ticks])
    axes.axhline(1, color=colors.muted, linewidth=0.8)
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _squares(places: Sequence[tuple[int, int]]) -> Path:
    vertices, codes = [], []
    for column, row in places:
        left, top, right, bottom = column + GAP, row + GAP, column + 1 - GAP, row + 1 - GAP
        vertices += [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(vertices, codes)


def _column(rows: Sequence[Sequence[float | None]], place: int) -> list[float]:
    return [math.nan if (value := row[place]) is None else value for row in rows]


def _starts(num_looks: int) -> list[int]:
    """Where columns begin, each of as many looks as any other or one less."""
    num_columns = min(MOST_COLUMNS, num_looks)
    return [column * num_looks // num_columns for column in range(num_columns)]


def _means(values: Sequence[float], starts: Sequence[int]) -> Iterator[float]:
    for start, end in zip(starts, [*starts[1:], len(values)], strict=True):
        yield _mean(values[start:end])


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _most_opposed(by_layer: Sequence[Sequence[float]]) -> list[int]:
    """Places of the layers in which the two meet: the `MOST_ROWS` of the smallest cosines, in the model's order."""
    means = {place: _mean(values) for place, values in enumerate(by_layer) if place}
    met = sorted((place for place in means if not math.isnan(means[place])), key=lambda place: means[place])
    return sorted(met[:MOST_ROWS])
