"""One choice from a list."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.deferred import tf
from models.ranking.base import RankingLoss, Rows

__all__ = ["Softmax"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Softmax(RankingLoss):
    """Cross-entropy of the softmax over a list's scores, the labels' shares being the target.

    With one label above 0 it is the negative log-likelihood that this row is chosen; with several it does not fall
    below the entropy of their shares.

    Source: Bruch et al., "An Analysis of the Softmax Cross Entropy Loss for Learning-to-Rank with Binary Relevance",
    ICTIR 2019, Eq. 2.
    """

    name: Literal["softmax"] = "softmax"

    def list_losses(self, rows: Rows) -> tf.Tensor:
        """See `RankingLoss`."""
        ordered = rows.ordered
        scores = rows.scores - ordered.of_rows(tf.stop_gradient(ordered.largest(rows.scores)))
        wanted = rows.weights * rows.labels
        total = ordered.sum_lists(rows.weights * tf.math.exp(scores))
        # A row without a part is a list of its own, whose total is 0.
        log_total = tf.math.log(tf.where(total > 0, total, 1.0))
        return log_total - tf.math.divide_no_nan(ordered.sum_lists(wanted * scores), ordered.sum_lists(wanted))
