"""What a positive stands for, from the chance that it was looked at."""

from __future__ import annotations

import dataclasses

import numpy as np

from models.errors import raise_if_any

__all__ = ["Propensity", "of_positions", "stands_for"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Propensity:
    """How positives are weighted by the inverse of their propensity.

    A positive counts 1 / propensity, for those that nobody looked at; a negative counts one, since it may be one that
    nobody looked at. Under a model in which only what is looked at is clicked this makes the sums over positives
    unbiased; the clip trades some of that for less variance.

    Source: Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM 2017, Eq. 3 and
    section 5.1 (positions).

    Attributes:
        most: What a positive counts for at most, 1 or more.
        power: Of `of_positions`, how fast a place lower down is looked at less; 0 or more.
    """

    most: float = 10.0
    power: float = 1.0

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.most < float("inf"):
            problems.append(f"`most` must be 1 or more and finite, got {self.most!r}.")
        if not 0 <= self.power < float("inf"):
            problems.append(f"`power` must be 0 or more and finite, got {self.power!r}.")
        raise_if_any("fusion tuner", problems)


def of_positions(positions: np.ndarray, propensity: Propensity) -> np.ndarray:
    """`[rows]` propensities 1 / position^power.

    Args:
        positions: `[rows]` places at which rows were shown, from 1.
        propensity: Tells the power.
    """
    if not (positions >= 1).all():
        raise_if_any("fusion tuner", [f"`positions` must count from 1, got {np.min(positions)!r}."])
    return np.asarray(1.0 / np.asarray(positions, np.float64) ** propensity.power)


def stands_for(propensities: np.ndarray, propensity: Propensity) -> np.ndarray:
    """`[rows]` what a positive counts for, from 1 to `most`."""
    return np.minimum(1.0 / propensities, propensity.most)
