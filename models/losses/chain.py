"""Log-likelihood of a product of probabilities, from logits, stable at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import tensorflow as tf

__all__ = ["chain_logit", "chain_loss"]

_LOG_2: Final = math.log(2.0)
_TINY: Final = 1e-30  # Below this, softplus(-a) equals exp(-a) to the last digit, and float32 nears its end.


def chain_loss(labels: tf.Tensor, logits: Sequence[tf.Tensor]) -> tf.Tensor:
    """Cross-entropy of a 0 or 1 label under p, the product of sigmoid(logit) along a chain.

    With S the sum of softplus(-logit): -log p = S and -log(1 - p) = -log(1 - exp(-S)), so no logit, product or
    difference is ever rounded to 0 or 1. Probabilities clipped at 1e-7 would give 16 for a loss of 35, and no gradient.

    Source: Ma et al., "Entire Space Multi-Task Model", SIGIR 2018, Eq. 3, whose product is over two.

    Args:
        labels: `[batch]`; 1 where every task of the chain is positive.
        logits: One for each task of the chain, `[batch]`.

    Returns:
        `[batch]`.
    """
    if len(logits) == 1:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels, logits[0])
    stacked = tf.stack(logits)
    return labels * _cost_of_one(stacked) + (1.0 - labels) * _cost_of_zero(stacked)


def chain_logit(logits: Sequence[tf.Tensor]) -> tf.Tensor:
    """`[batch]` log-odds of the product: log p - log(1 - p)."""
    if len(logits) == 1:
        return logits[0]
    stacked = tf.stack(logits)
    return _cost_of_zero(stacked) - _cost_of_one(stacked)


def _cost_of_one(logits: tf.Tensor) -> tf.Tensor:
    """`[batch]`: -log p of `[chain, batch]` logits."""
    return tf.reduce_sum(tf.nn.softplus(-logits), axis=0)


@tf.custom_gradient
def _cost_of_zero(logits: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """`[batch]`: -log(1 - p) of `[chain, batch]` logits."""
    cost_of_one = _cost_of_one(logits)
    is_small = cost_of_one < _LOG_2
    # 1 - exp(-S) without cancellation on either side of log 2 (Maechler, 2012); `where` twice keeps both sides finite.
    small = -tf.math.log(-tf.math.expm1(-tf.where(is_small, tf.maximum(cost_of_one, _TINY), 1.0)))
    large = -tf.math.log1p(-tf.math.exp(-tf.where(is_small, 1.0, cost_of_one)))
    tiny = -tf.reduce_logsumexp(-logits, axis=0)  # log S where every softplus is an exponential.
    cost = tf.where(cost_of_one < _TINY, tiny, tf.where(is_small, small, large))

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        # sigmoid(-a) p / (1 - p), as one exponential: each factor alone may be 0.
        return upstream * tf.math.exp(-tf.nn.softplus(logits) - cost_of_one + cost)

    return cost, gradient
