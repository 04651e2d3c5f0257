"""Pairs of rows, each by the margin between their scores."""

from __future__ import annotations

import abc
import dataclasses
import enum
import math
from typing import Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.ranking.base import RankingLoss, Rows

__all__ = ["BPR", "Gap", "Pairwise"]


class Gap(enum.Enum):
    """What the distance between two labels does to their pair.

    `IGNORE`: nothing: a purchase over an impression counts as a click over an impression.
    `WEIGHT`: it weighs the pair's loss.
    `MARGIN`: it is a factor of `margin`.
    """

    IGNORE = "ignore"
    WEIGHT = "weight"
    MARGIN = "margin"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pairwise(RankingLoss):
    """A mean over pairs of a list whose labels differ; only subclassed.

    Attributes:
        margin: By how much the score of the higher label should be above the other's.
        gap: What the distance between the labels does.
    """

    margin: float = 0.0
    gap: Gap = Gap.IGNORE

    def __post_init__(self) -> None:
        problems = []
        if not 0 <= self.margin < math.inf:
            problems.append(f"`margin` must be 0 or positive, got {self.margin!r}.")
        if self.gap is Gap.MARGIN and self.margin == 0:
            problems.append("`margin` must be positive with `gap: margin`, got 0: write one, such as 1.")
        raise_if_any(self.name, problems)

    @abc.abstractmethod
    def of_shortfall(self, shortfall: tf.Tensor) -> tf.Tensor:
        """The loss of pairs whose margin is missed by `shortfall`, element by element."""

    def list_losses(self, rows: Rows) -> tf.Tensor:
        """See `RankingLoss`."""
        ordered = rows.ordered
        gap = rows.labels - ordered.after(rows.labels)  # Rows come from the highest label down.
        both = tf.where(ordered.is_pair & (gap > 0), rows.weights * ordered.after(rows.weights), 0.0)
        wanted = self.margin * gap if self.gap is Gap.MARGIN else self.margin
        losses = self.of_shortfall(wanted - (rows.scores - ordered.after(rows.scores)))
        counted = both * gap if self.gap is Gap.WEIGHT else both
        sums = ordered.sum_lists(tf.reduce_sum(counted * losses, axis=0))
        return tf.math.divide_no_nan(sums, ordered.sum_lists(tf.reduce_sum(both, axis=0)))


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class BPR(Pairwise):
    """The negative log-likelihood that the higher label wins each pair: softplus(margin - (s_i - s_j)).

    Source: Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009, section 4.
    Differs: every pair of a list counts, none is drawn; the margin.
    """

    name: Literal["bpr"] = "bpr"

    def of_shortfall(self, shortfall: tf.Tensor) -> tf.Tensor:
        """See `Pairwise`; the logarithm of a rounded probability would end at 16 and have no gradient there."""
        return tf.nn.softplus(shortfall)
