"""A mean over looks, and how far off it may be."""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Final

__all__ = ["ERRORS", "Mean", "mean_of"]

ERRORS: Final = 3  # Standard errors on both sides: ten losses make 45 pairs, all of which are looked at.
MOST_LIKE: Final = 0.9  # A larger correlation of neighbours cannot be told from a drift.


@dataclasses.dataclass(frozen=True)
class Mean:
    """A mean.

    Attributes:
        value: The mean.
        noise: `ERRORS` standard errors.
        num: Looks it is taken over.
    """

    value: float
    noise: float
    num: int

    @property
    def low(self) -> float:
        """Where it may begin."""
        return self.value - self.noise

    @property
    def high(self) -> float:
        """Where it may end."""
        return self.value + self.noise


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of two values or more in the order of their steps.

    Neighbours that are alike are worth fewer looks: with a first-order correlation r, the error grows by
    sqrt((1 + r) / (1 - r)).
    """
    mean, num = statistics.fmean(values), len(values)
    variance = statistics.variance(values, mean)
    if not variance:
        return Mean(mean, 0.0, num)
    together = sum((one - mean) * (other - mean) for one, other in itertools.pairwise(values))
    alike = min(MOST_LIKE, max(0.0, together / (variance * (num - 1))))
    return Mean(mean, ERRORS * math.sqrt(variance / num * (1 + alike) / (1 - alike)), num)
