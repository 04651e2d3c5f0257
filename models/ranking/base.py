"""What every ranking loss is: from scores and labels of lists to a loss a row."""

from __future__ import annotations

import abc
import math
from typing import NamedTuple

from models.deferred import tf
from models.ranking.ordered import Ordered, order_rows

__all__ = ["Ranked", "RankingLoss", "Rows"]


class Rows(NamedTuple):
    """The rows of a batch, list by list.

    Attributes:
        ordered: Their order.
        scores: `[batch]` float32.
        labels: `[batch]` float32.
        weights: `[batch]` float32, of which each list's mean is 1; 0 for rows that take no part.
    """

    ordered: Ordered
    scores: tf.Tensor
    labels: tf.Tensor
    weights: tf.Tensor


class Ranked(NamedTuple):
    """What a ranking loss makes of a batch, in the batch's order.

    Attributes:
        losses: `[batch]`: the loss of each row's list, times the row's weight.
        weights: `[batch]`: weights of rows in lists that have two labels at least, else 0: a list of one row, or of
            equal labels, says nothing about an order. The sum of `losses` over that of `weights` is the mean.
    """

    losses: tf.Tensor
    weights: tf.Tensor


class RankingLoss(abc.ABC):
    """A frozen declaration, one of the catalogue.

    A list's loss is one number for its order, such as a mean over its pairs; in the loss of a batch it counts as the
    weights of its rows do, so that twice the weights of a list are the list twice. Inside a list a row of twice the
    weight is, in all pairs and shares, the row twice.

    Attributes:
        name: Its key in the catalogue and in a configuration.
    """

    name: str

    def __call__(
        self,
        scores: tf.Tensor,
        labels: tf.Tensor,
        *,
        lists: tf.Tensor,
        weights: tf.Tensor | None = None,
        longest: int | None = None,
    ) -> Ranked:
        """The loss of a batch.

        Args:
            scores: `[batch]`; float32 is made of them.
            labels: `[batch]`, 0 or more: the higher, the further up the row belongs.
            lists: `[batch]` integers: rows of one list have the same; a row with one below 0 is in no list.
            weights: `[batch]` sample weights; a row of weight 0 is as good as not there. None is 1 each.
            longest: Rows of the longest list at most, where shapes must be known beforehand, as for XLA; None looks.
        """
        scores, labels = tf.cast(scores, tf.float32), tf.cast(labels, tf.float32)
        weights = tf.ones_like(scores) if weights is None else tf.cast(weights, tf.float32)
        takes_part = (weights > 0) & (lists >= 0)
        # What counts for nothing may be anything: 0 times infinity is no number, and beside a nan no order holds.
        scores, labels = tf.where(takes_part, scores, 0.0), tf.where(takes_part, labels, 0.0)
        ordered = order_rows(lists, takes_part, self.key(tf.stop_gradient(scores), labels), longest=longest)
        weights = ordered.taken(tf.where(takes_part, weights, 0.0))
        means = tf.math.divide_no_nan(ordered.sum_lists(weights), ordered.sum_lists(tf.ones_like(weights)))
        rows = Rows(
            ordered,
            ordered.taken(scores),
            ordered.taken(labels),
            tf.math.divide_no_nan(weights, ordered.of_rows(means)),
        )
        has_order = ordered.largest(rows.labels) > -ordered.largest(-rows.labels)
        counted = tf.where(ordered.of_rows(has_order), weights, 0.0)
        losses = ordered.of_rows(self.list_losses(rows)) * counted
        return Ranked(ordered.put_back(losses), ordered.put_back(counted))

    def key(self, scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """`[batch]`: by what rows are ordered inside their list, from the largest down: labels, unless it says so."""
        del scores
        return labels

    @property
    def largest_label(self) -> float:
        """The largest label there can be."""
        return math.inf

    @abc.abstractmethod
    def list_losses(self, rows: Rows) -> tf.Tensor:
        """`[num_lists]` losses; finite, whatever they are, for a list without two labels."""
