"""Rows that come last or first by a factor of 0 or less, of which no logarithm can be taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from models.arrays import NUMPY
from models.fusion.config import FusionConfig
from models.fusion.rows import weights_of_rows
from models.fusion.weights import FlatWeights

__all__ = ["Floored", "num_floored"]


@dataclasses.dataclass(frozen=True)
class Floored:
    """In how many rows a factor counts as the least there is; those of weight 0 in none.

    Attributes:
        last: Of a weight above 0.
        first: Of one below 0.
    """

    last: int
    first: int


def num_floored(
    fusion: FusionConfig, formula: str, values: Mapping[str, np.ndarray], *, weights: FlatWeights | None = None
) -> dict[str, Floored]:
    """By what a formula reads, if any row of it counts so; arguments as of `score_rows`."""
    own = weights_of_rows(fusion, formula, values, weights=weights)
    factors = fusion.formulas[formula].factors(fusion.prepare(values, NUMPY), own)
    counts = {
        name: Floored(*(int(np.count_nonzero((factor <= 0) & side)) for side in (own[name] > 0, own[name] < 0)))
        for name, factor in factors.items()
    }
    return {name: count for name, count in counts.items() if count.last or count.first}
