"""Weights that sum to one: the nearest, and those of the shortest combined gradient."""

from __future__ import annotations

from typing import Final

from models.balancers.solvers.nonnegative import nonnegative_qp
from models.deferred import tf

__all__ = ["project_on_simplex", "simplex_qp"]

_LEAST_SQUARE: Final = 1e-12  # Of the largest squared length: what a zero gradient is taken for.
_NO_DISTANCE: Final = 1e-14  # Squared, of the sum of squared lengths: rounding makes less.


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

    Args:
        gram: `[groups, tasks, tasks]` float64, symmetric and positive semidefinite.
        lower: `[tasks]` or `[groups, tasks]` float64, not negative; those inside the mask sum to less than 1.
        mask: `[tasks]` or `[groups, tasks]`, bool.

    Returns:
        `[groups, tasks]`, 0 outside the mask. Tasks of one and the same gradient share what is free evenly.
    """
    fixed = tf.where(mask, lower, tf.zeros_like(gram[:, 0]))
    free = 1.0 - tf.reduce_sum(fixed, axis=-1, keepdims=True)
    if gram.shape[-1] == 2:
        return fixed + _shares_of_two(gram, fixed, free, mask=mask)
    # What is free weighs gradients moved by what the bounds fix; for those there is no bound but 0.
    offset = tf.linalg.matvec(gram, fixed)
    length = tf.reduce_sum(fixed * offset, axis=-1)[:, None, None]
    cross = free * offset
    moved = free[:, :, None] ** 2 * gram + cross[:, :, None] + cross[:, None, :] + length
    return fixed + free * _shortest(moved, mask)


def _shares_of_two(gram: tf.Tensor, fixed: tf.Tensor, free: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """What two tasks get beyond their bounds, in closed form."""
    away = tf.linalg.diag_part(gram) - gram[:, 0, 1][:, None]  # [groups, 2]: g_i'(g_i - g_j)
    distance = tf.reduce_sum(away, axis=-1, keepdims=True)
    differs = distance > _NO_DISTANCE * tf.linalg.trace(gram)[:, None]
    best = tf.math.divide_no_nan(away[:, ::-1], distance) - fixed
    shares = tf.where(differs, tf.clip_by_value(best, 0.0, free), 0.5 * free)
    return tf.where(tf.reduce_all(mask, axis=-1, keepdims=True), shares, tf.where(mask, free, 0.0))


def _shortest(gram: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """`simplex_qp` without bounds.

    It follows from a problem that has no sum: for any r > 0, the v >= 0 of least v'(G + r 11')v / 2 - r 1'v is a
    multiple of it. With r the least squared length, v sums to between 1/2 and 1.
    """
    squares = tf.linalg.diag_part(gram)
    longest = tf.reduce_max(tf.where(mask, squares, 0.0), axis=-1, keepdims=True)
    least = tf.reduce_min(tf.where(mask, squares, squares.dtype.max), axis=-1, keepdims=True)
    offset = tf.maximum(least, tf.where(longest > 0, _LEAST_SQUARE * longest, 1.0))
    ones = tf.ones_like(squares)
    weights = nonnegative_qp(gram + offset[:, :, None], -offset * ones, mask=mask)
    return tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=-1, keepdims=True))
