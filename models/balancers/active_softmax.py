"""A softmax over the tasks that are there."""

from __future__ import annotations

from models.deferred import tf

__all__ = ["active_softmax"]


def active_softmax(logits: tf.Tensor, active: tf.Tensor) -> tf.Tensor:
    """`[tasks]` shares of the active tasks, which sum to 1; those of the others are 0.

    Args:
        logits: `[tasks]` float32; the largest must be under 1e30 in size.
        active: `[tasks]`, bool; where none is, all shares are 0.
    """
    shares = tf.nn.softmax(tf.where(active, logits, logits.dtype.min))
    return tf.where(active, shares, 0.0)
