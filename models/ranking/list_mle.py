"""The likelihood of a whole order."""

from __future__ import annotations

import dataclasses
from typing import Final, Literal, final

from models.deferred import tf
from models.ranking.base import RankingLoss, Rows

__all__ = ["ListMLE"]

_NOTHING: Final = -1e30  # The logarithm of no weight at all; minus infinity would have no gradient.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class ListMLE(RankingLoss):
    """Negative log-likelihood of the labels' order by the Plackett-Luce model, a mean over rows with one below them.

    The best row is drawn from all with chances in proportion to exp(score), then the next from those that are left.

    Source: Xia et al., "Listwise Approach to Learning to Rank: Theory and Algorithm", ICML 2008, Eq. 8.
    Differs: a row competes with itself and rows of lower labels alone. Rows of equal labels have no order among
    themselves, so none is made up, and neither a perfect order is punished nor does the rows' order matter.
    """

    name: Literal["list_mle"] = "list_mle"

    def list_losses(self, rows: Rows) -> tf.Tensor:
        """See `RankingLoss`."""
        ordered = rows.ordered
        is_below = ordered.is_pair & (ordered.after(rows.labels) < rows.labels)
        competing = rows.scores + tf.math.log(tf.where(rows.weights > 0, rows.weights, 1.0))
        below = tf.reduce_logsumexp(tf.where(is_below, ordered.after(competing), _NOTHING), axis=0)
        has_below = tf.reduce_any(is_below, axis=0)
        shortfall = tf.where(has_below, below - rows.scores, 0.0)
        weights = tf.where(has_below, rows.weights, 0.0)
        sums = ordered.sum_lists(weights * tf.nn.softplus(shortfall))
        return tf.math.divide_no_nan(sums, ordered.sum_lists(weights))
