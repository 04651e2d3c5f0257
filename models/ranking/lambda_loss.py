"""Pairs weighed by what their exchange would do to NDCG."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Final, Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.ranking.base import RankingLoss, Rows
from models.ranking.ordered import Ordered, order_rows

__all__ = ["Gain", "LambdaLoss"]

_LARGEST_EXPONENT: Final = 30.0  # Gains of 2^30 can still be told apart from their sums.


class Gain(enum.Enum):
    """What a row at the top of its list is worth.

    `LINEAR`: its label, as the Evaluator's NDCG has it.
    `EXPONENTIAL`: 2^label - 1.
    """

    LINEAR = "linear"
    EXPONENTIAL = "exponential"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class LambdaLoss(RankingLoss):
    """log(1 + exp(-sigma (s_i - s_j))) of each pair, by how much exchanging the two would change NDCG.

    Weights are |gain_i - gain_j| |D(r_i) - D(r_j)| / the list's best DCG, with D(r) = 1 / log2(1 + r) at rank r by
    score, 0 beyond `at`; they have no gradient.

    Source: Burges, "From RankNet to LambdaRank to LambdaMART", 2010, section 6; with `smooth_fraction` above 0 it mixes
    in |D(d) - D(d + 1)| for |D(r_i) - D(r_j)|, d being the distance of the two ranks: Wang et al., "The LambdaLoss
    Framework for Ranking Metric Optimization", CIKM 2018, Eq. 13 (NDCG-Loss2).
    Differs: natural logarithms.

    Attributes:
        sigma: How steep the loss of a pair is.
        smooth_fraction: The share of the second form in the weights: 0 is LambdaMART's, 1 NDCG-Loss2.
        at: How many places NDCG looks at; None takes all. Of a pair one row at least must be among them.
        gain: What a label is worth.
    """

    name: Literal["lambda_loss"] = "lambda_loss"
    sigma: float = 1.0
    smooth_fraction: float = 0.0
    at: int | None = None
    gain: Gain = Gain.LINEAR

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.sigma < math.inf:
            problems.append(f"`sigma` must be positive, got {self.sigma!r}.")
        if not 0 <= self.smooth_fraction <= 1:
            problems.append(f"`smooth_fraction` must be in [0, 1], got {self.smooth_fraction!r}.")
        if self.at is not None and self.at < 1:
            problems.append(f"`at` must be positive, got {self.at!r}; leave it out for all places.")
        raise_if_any(self.name, problems)

    @property
    def largest_label(self) -> float:
        """See `RankingLoss`."""
        return _LARGEST_EXPONENT if self.gain is Gain.EXPONENTIAL else math.inf

    def key(self, scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """See `RankingLoss`; ranks are by score."""
        del labels
        return scores

    def list_losses(self, rows: Rows) -> tf.Tensor:
        """See `RankingLoss`."""
        ordered = rows.ordered
        gains = rows.labels if self.gain is Gain.LINEAR else tf.math.pow(2.0, rows.labels) - 1.0
        ahead = gains - ordered.after(gains)
        # Above 0 where the pair is in order; rows come from the highest score down.
        margin = tf.sign(ahead) * (rows.scores - ordered.after(rows.scores))
        weights = self._exchange(ordered, tf.abs(ahead)) * rows.weights * ordered.after(rows.weights)
        sums = ordered.sum_lists(tf.reduce_sum(weights * tf.nn.softplus(-self.sigma * margin), axis=0))
        return tf.math.divide_no_nan(sums, self._best(rows, gains))

    def _exchange(self, ordered: Ordered, gain_gap: tf.Tensor) -> tf.Tensor:
        """`[reach, batch]`: how much DCG would change if two rows changed places, 0 where they are no pair."""
        discount = self._discount(ordered.place)
        change = tf.abs(discount - ordered.after(discount))
        if self.smooth_fraction:
            distance = tf.range(tf.shape(ordered.is_pair)[0])
            smooth = (_discount(distance) - _discount(distance + 1))[:, None]
            if self.at is not None:
                smooth = tf.where(ordered.place < self.at, smooth, 0.0)
            change = (1.0 - self.smooth_fraction) * change + self.smooth_fraction * smooth
        return tf.where(ordered.is_pair, gain_gap * change, 0.0)

    def _discount(self, place: tf.Tensor) -> tf.Tensor:
        """By place from 0."""
        found = _discount(place)
        return found if self.at is None else tf.where(place < self.at, found, 0.0)

    def _best(self, rows: Rows, gains: tf.Tensor) -> tf.Tensor:
        """`[num_lists]`: the DCG of the labels' own order."""
        takes_part = rows.weights > 0
        best = order_rows(rows.ordered.number, takes_part, gains, longest=1)
        # Rows without a part come first in both orders, so lists have the same numbers in both.
        return best.sum_lists(best.taken(gains) * self._discount(best.place))


def _discount(place: tf.Tensor) -> tf.Tensor:
    return math.log(2.0) / tf.math.log(tf.cast(place, tf.float32) + 2.0)
