"""A report's figures as `figures.json` in an evaluation's folder."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Final

from components.evaluator.figures import Counts, Curve
from models.binding import bind_or_raise, unbind

__all__ = ["FIGURES_FILE", "FigureRecord", "figures_text", "read_figures"]

FIGURES_FILE: Final = "figures.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FigureRecord:
    """What a report shows beside the comparison.

    Attributes:
        counts: By output and slice.
        curves: By binary output and model.
    """

    counts: tuple[Counts, ...]
    curves: tuple[Curve, ...] = ()


def figures_text(record: FigureRecord) -> str:
    """What `read_figures` reads."""
    return json.dumps(unbind(record), allow_nan=False) + "\n"


def read_figures(folder: str) -> FigureRecord:
    """Reads what was written; raises OSError where there is none and ValueError where it is not ours."""
    text = pathlib.Path(folder, FIGURES_FILE).read_text(encoding="utf-8")
    return bind_or_raise(FigureRecord, json.loads(text))
