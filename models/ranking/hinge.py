"""Pairs whose margin is missed."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.deferred import tf
from models.ranking.pairwise import Pairwise

__all__ = ["Hinge"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Hinge(Pairwise):
    """By how much the margin of each pair is missed: max(0, margin - (s_i - s_j)).

    Source: Herbrich, Graepel and Obermayer, "Large Margin Rank Boundaries for Ordinal Regression", 2000, Eq. 7.9.
    Differs: a mean over each list's pairs.
    """

    name: Literal["hinge"] = "hinge"
    margin: float = 1.0

    def of_shortfall(self, shortfall: tf.Tensor) -> tf.Tensor:
        """See `Pairwise`."""
        return tf.nn.relu(shortfall)
