"""A comparison as `comparison.json` in an evaluation's folder."""

from __future__ import annotations

import json
import math
import pathlib
from collections.abc import Iterator, Mapping
from typing import Final

from components.comparison.cell import Cell, Comparison, Reference
from components.comparison.estimate import Estimate
from components.gauc_weight import GaucWeight
from models.binding import bind_or_raise, unbind
from models.errors import ConfigError, raise_if_any

__all__ = ["COMPARISON_FILE", "VERSION", "comparison_text", "parse_comparison", "read_comparison", "write_comparison"]

COMPARISON_FILE: Final = "comparison.json"
VERSION: Final = 1  # Of the file's layout.

_ESTIMATES: Final = ("candidate", "reference", "difference")


def write_comparison(folder: str, comparison: Comparison) -> None:
    """Writes `comparison` into `folder`, which exists."""
    pathlib.Path(folder, COMPARISON_FILE).write_text(comparison_text(comparison), encoding="utf-8")


def read_comparison(folder: str) -> Comparison:
    """Reads what `write_comparison` wrote.

    Raises:
        ValueError: The file is of another layout, or not one of ours.
        OSError: There is none, or it cannot be read.
    """
    return parse_comparison(pathlib.Path(folder, COMPARISON_FILE).read_text(encoding="utf-8"))


def comparison_text(comparison: Comparison) -> str:
    """One text for equal comparisons. JSON has no NaN and no infinity: they are written as "nan" and "inf"."""
    written = {
        "version": VERSION,
        "cluster_column": comparison.cluster_column,
        "references": {reference.value: name for reference, name in comparison.references.items()},
        "missing": {reference.value: reason for reference, reason in comparison.missing.items()},
        "empty": [reference.value for reference in comparison.empty],
        "left_out": dict(comparison.left_out),
        "gauc_weight": comparison.gauc_weight.value,
        "cells": [_written_cell(cell) for cell in comparison.cells],
    }
    return json.dumps(written, allow_nan=False, indent=1) + "\n"


def parse_comparison(text: str) -> Comparison:
    """Reads what `comparison_text` wrote; raises ValueError where it did not."""
    given = json.loads(text)
    raise_if_any("comparison", list(_problems(given)))
    return Comparison(
        cells=tuple(bind_or_raise(Cell, _read_cell(cell)) for cell in given["cells"]),
        cluster_column=given["cluster_column"],
        references={Reference(key): name for key, name in given["references"].items()},
        missing={Reference(key): reason for key, reason in given["missing"].items()},
        empty=tuple(Reference(key) for key in given["empty"]),
        left_out=dict(given["left_out"]),
        gauc_weight=GaucWeight(given.get("gauc_weight", Comparison.gauc_weight.value)),
    )


def _problems(given: object) -> Iterator[str]:
    if not isinstance(given, Mapping) or given.get("version") != VERSION:
        found = given.get("version") if isinstance(given, Mapping) else given
        yield f"`version` must be {VERSION}, got {found!r}: evaluate again, or read it with the release that wrote it."
        return
    for key in ("cluster_column", "references", "missing", "empty", "left_out", "cells"):
        if key not in given:
            yield f"`{key}` must be there, got {sorted(given)}: the file was edited; evaluate again."


def _written_cell(cell: Cell) -> dict[str, object]:
    plain = unbind(cell)
    for key in _ESTIMATES:
        if plain[key] is not None:
            plain[key] = {name: _plain(number) for name, number in plain[key].items()}
    plain["shortfall"] = _plain(cell.shortfall)
    return plain


def _plain(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def _read_cell(plain: Mapping[str, object]) -> dict[str, object]:
    read = dict(plain)
    if read.get("shortfall") == str(math.inf):
        read["shortfall"] = math.inf
    for key in _ESTIMATES:
        numbers = read.get(key)
        if isinstance(numbers, Mapping):
            try:
                read[key] = Estimate(**{name: float(number) for name, number in numbers.items()})
            except TypeError as error:
                raise ConfigError("comparison", [f"`{key}` must be an estimate, got {dict(numbers)!r}."]) from error
    return read
