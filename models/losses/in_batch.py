"""Softmax cross-entropy whose negatives are the other rows of the batch."""

from __future__ import annotations

from typing import Final

import tensorflow as tf

__all__ = ["in_batch_softmax", "in_batch_softmax_both_ways"]

# From here on the exponential of the least cosine, -1, less the largest, 1, is a number in float32 with room for log_q.
_LEAST_TEMPERATURE: Final = 1 / 30


def in_batch_softmax(
    anchors: tf.Tensor, others: tf.Tensor, *, temperature: float, log_q: tf.Tensor | None = None
) -> tf.Tensor:
    """How surprising it is that row i of `anchors` belongs to row i of `others`, and to no other of them.

    Rows are compared by cosine. A batch holds what is frequent more often than the full softmax would weigh it;
    subtracting `log_q` from the logits, that of the row's own match among them, takes this back.

    Source: Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations", RecSys 2019,
    section 3, Eq. 3 and 4.

    Args:
        anchors: `[batch, width]`.
        others: `[batch, width]`.
        temperature: Divides cosines; above 0.
        log_q: `[batch]`, logarithms of the chance of each row of `others` to be drawn, up to one number for all; None
            where all are alike.

    Returns:
        `[batch]` float32; 0 of a single row.
    """
    anchors, others = (tf.math.l2_normalize(tf.cast(one, tf.float32), axis=1) for one in (anchors, others))
    logits = tf.matmul(anchors, others, transpose_b=True) / temperature
    if log_q is not None:
        logits -= tf.stop_gradient(log_q)[None, :]
    return tf.reduce_logsumexp(logits, axis=1) - tf.linalg.diag_part(logits)


def in_batch_softmax_both_ways(
    first: tf.Tensor, second: tf.Tensor, *, temperature: float, log_q: tf.Tensor | None = None
) -> tf.Tensor:
    """The mean of `in_batch_softmax` of `first` among `second` and of `second` among `first`, by one matrix of cosines.

    Args:
        first: `[batch, width]`.
        second: `[batch, width]`.
        temperature: As of `in_batch_softmax`.
        log_q: `[batch]`, of both.

    Returns:
        `[batch]` float32.
    """
    first, second = (tf.math.l2_normalize(tf.cast(one, tf.float32), axis=1) for one in (first, second))
    own = tf.reduce_sum(first * second, axis=1) / temperature
    log_q = tf.zeros_like(own) if log_q is None else tf.stop_gradient(log_q)
    logits = tf.matmul(first / temperature, second, transpose_b=True)
    if temperature < _LEAST_TEMPERATURE:
        there = tf.reduce_logsumexp(logits - log_q[None, :], axis=1)
        back = tf.reduce_logsumexp(logits - log_q[:, None], axis=0)
    else:
        # No cosine is above 1, so neither way has to look for its largest logit, and one exponential does for both.
        exponentials, least = tf.exp(logits - 1.0 / temperature), tf.reduce_min(log_q)
        rarity = tf.exp(least - log_q)
        there, back = (
            tf.math.log(tf.linalg.matvec(exponentials, rarity, transpose_a=is_back)) + 1.0 / temperature - least
            for is_back in (False, True)
        )
    return (there + back) / 2.0 + log_q - own
