"""The weights of all formulas as one flat table of named numbers, and as the file that lies beside a model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final

from models.errors import raise_if_any

__all__ = ["FILE", "VERSION_KEY", "FlatWeights", "key_of", "parse_weights", "vector_of", "version_of", "weights_text"]

FILE: Final = "assets/fusion.txt"  # In a SavedModel's folder: a line a weight, key and number, divided by a tab.
VERSION_KEY: Final = ".version"  # No formula's key, since formulas have names.

_VERSION_DIGITS: Final = 12  # Hexadecimal: as a number it is exact in a float64, and in JSON.

FlatWeights = Mapping[str, float]


def key_of(formula: str, weight: str, segment: str | None = None) -> str:
    """`formula.weight`, or `formula.weight@segment`."""
    return f"{formula}.{weight}" if segment is None else f"{formula}.{weight}@{segment}"


def vector_of(
    weights: FlatWeights, formula: str, names: Iterable[str], *, segment: str | None = None
) -> dict[str, float]:
    """One formula's weights by name, in a segment; what the segment leaves open is as everywhere."""
    common = {name: weights[key_of(formula, name)] for name in names}
    return {name: weights.get(key_of(formula, name, segment), value) for name, value in common.items()}


def version_of(weights: FlatWeights) -> int:
    """A number told by the weights alone: equal weights have it in every model, others another."""
    lines = "\n".join(f"{key}\t{float(value)!r}" for key, value in sorted(weights.items()))
    return int(hashlib.sha256(lines.encode()).hexdigest()[:_VERSION_DIGITS], 16)


def weights_text(weights: FlatWeights) -> str:
    """What lies beside a model; the first line is the version."""
    lines = [f"{VERSION_KEY}\t{version_of(weights)}"]
    lines += [f"{key}\t{float(value)!r}" for key, value in sorted(weights.items())]
    return "\n".join(lines) + "\n"


def parse_weights(text: str) -> dict[str, float]:
    """Reads what `weights_text` wrote.

    Raises:
        ConfigError: A line is none of its, or the version is not that of the weights.
    """
    found: dict[str, float] = {}
    problems = []
    lines = text.removesuffix("\n").split("\n")  # Not `splitlines`: a segment's name may hold what else it divides by.
    for number, line in enumerate(lines, start=1):
        key, tab, value = line.partition("\t")
        try:
            found[key] = float(value)
        except ValueError:
            found[key] = math.nan
        if not tab or not math.isfinite(found[key]):
            problems.append(f"line {number} must be a key, a tab and a number, got {line!r}.")
    version = found.pop(VERSION_KEY, None)
    if not problems and version != version_of(found):
        problems.append(f"`{VERSION_KEY}` must be {version_of(found)}, told by the weights, got {version!r}.")
    raise_if_any("fusion weights", problems)
    return found
