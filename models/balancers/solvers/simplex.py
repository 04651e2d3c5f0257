"""Weights that sum to one: the nearest, and those of the shortest combined gradient."""

from __future__ import annotations

from typing import Final

from models.balancers.solvers.nonnegative import nonnegative_qp
from models.deferred import tf

__all__ = ["project_on_simplex", "simplex_qp"]

_LEAST_SQUARE: Final = 1e-12  # Of the largest squared length: what a zero gradient is taken for.


def project_on_simplex(point: tf.Tensor, total: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """The nearest to `point` of all x >= 0 that sum to `total`; 0 outside the mask.

    Source: Held, Wolfe and Crowder, "Validation of subgradient optimization", Mathematical Programming 6, 1974.
    Differs: the threshold is taken as the largest over all candidates, which needs no sorting.

    Args:
        point: `[groups, tasks]`.
        total: Scalar, or `[groups, 1]`; not negative.
        mask: `[tasks]` or `[groups, tasks]`, bool.

    Returns:
        `[groups, tasks]`.
    """
    low = point.dtype.min
    inside = tf.where(mask, point, low)
    as_large = inside[:, None, :] >= inside[:, :, None]  # [groups, tasks, tasks]: is the last at least the one before?
    among = tf.cast(as_large & (inside > low)[:, None, :], point.dtype)
    sums = tf.linalg.matvec(among, tf.where(mask, point, 0.0))
    thresholds = tf.math.divide_no_nan(sums - total, tf.reduce_sum(among, axis=-1))
    threshold = tf.reduce_max(tf.where(mask, thresholds, low), axis=-1, keepdims=True)
    return tf.where(mask, tf.nn.relu(point - threshold), 0.0)


def simplex_qp(gram: tf.Tensor, lower: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """argmin of w' gram w over w >= lower that sum to 1: the shortest combination of gradients.

    What is free above the bounds, t = 1 - sum of lower, weighs the gradients moved by what the bounds fix, so that
    there are no bounds left. The shortest point u of those, with Gram matrix H, follows from a problem that has no sum:
    the v >= 0 of least v'(H + r 11')v / 2 - r 1'v, for any r > 0, is a multiple of u. With r the least squared
    length, the sum of v is between 1/2 and 1.

    Args:
        gram: `[groups, tasks, tasks]` float64, symmetric and positive semidefinite.
        lower: `[tasks]` or `[groups, tasks]` float64, not negative; those inside the mask sum to less than 1.
        mask: `[tasks]` or `[groups, tasks]`, bool.

    Returns:
        `[groups, tasks]`, 0 outside the mask. Tasks of one and the same gradient share evenly.
    """
    fixed = tf.where(mask, lower, tf.zeros_like(gram[:, 0]))
    free = 1.0 - tf.reduce_sum(fixed, axis=-1, keepdims=True)
    offset = tf.linalg.matvec(gram, fixed)
    length = tf.reduce_sum(fixed * offset, axis=-1)[:, None, None]
    cross = free * offset
    moved = free[:, :, None] ** 2 * gram + cross[:, :, None] + cross[:, None, :] + length
    return fixed + free * _shortest(moved, mask)


def _shortest(gram: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """`simplex_qp` without bounds."""
    squares = tf.linalg.diag_part(gram)
    longest = tf.reduce_max(tf.where(mask, squares, 0.0), axis=-1, keepdims=True)
    least = tf.reduce_min(tf.where(mask, squares, squares.dtype.max), axis=-1, keepdims=True)
    offset = tf.maximum(least, tf.where(longest > 0, _LEAST_SQUARE * longest, 1.0))
    ones = tf.ones_like(squares)
    weights = nonnegative_qp(gram + offset[:, :, None], -offset * ones, mask=mask)
    return tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=-1, keepdims=True))
