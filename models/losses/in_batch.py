"""Softmax cross-entropy whose negatives are the other rows of the batch."""

from __future__ import annotations

import tensorflow as tf

__all__ = ["in_batch_softmax"]


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
