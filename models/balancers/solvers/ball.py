"""The direction in a ball around another that is best for the task it is worst for."""

from __future__ import annotations

from typing import Final

from models.balancers.solvers.pivoting import INDEPENDENT, MOST_PIVOTS, RIDGE, pivoted, unit_diagonal, with_ridge
from models.deferred import tf

__all__ = ["best_worst_in_ball"]

_CANCELLED: Final = (
    1e-6  # Squared length of a combination, as a share of the mean of what it combines: float32's noise.
)
_NEVER: Final = 1e300


def best_worst_in_ball(gram: tf.Tensor, start: tf.Tensor, radius: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """The v >= 0 for which d, the start plus the sum of v_i g_i, has the largest min_i g_i'd within `radius` of start.

    For a level t, the nearest d with all g_i'd >= t is a quadratic program over v >= 0 whose solution is piecewise
    linear in t. From the level of the start on, t is followed upwards from piece to piece, one pivot each, until the
    distance, whose square is a parabola in each piece, is the radius: no iteration but the pivots, and exact.
    Where the gradients that bound d cancel, so that no direction helps them all, it stops at t = 0, or before: that is
    the nearest direction that harms none.

    Source: Cottle, "Monotone solutions of the parametric linear complementarity problem", Math. Programming 3, 1972.
    Cost: O(tasks^2) a pivot, at most six pivots a task.

    Args:
        gram: `[groups, tasks, tasks]` float64, symmetric and positive semidefinite.
        start: `[groups, tasks]`, the weights that make the center.
        radius: `[groups, 1]`, not negative.
        mask: `[tasks]` or `[groups, tasks]`, bool; a task outside, or without gradient, bounds nothing and gets 0.

    Returns:
        `[groups, tasks]`.
    """
    unit, scale = unit_diagonal(gram, mask)
    overlap = tf.linalg.matvec(gram, start)
    level = tf.reduce_min(tf.where(scale > 0, overlap, _NEVER), axis=-1, keepdims=True)
    gains = [(overlap * scale)[:, :, None], -scale[:, :, None]]  # What d gains at the start, and less the level.
    tableau = tf.concat([with_ridge(unit, RIDGE), *gains], axis=2)
    none = tf.zeros_like(overlap)

    def step(
        tableau: tf.Tensor, inside: tf.Tensor, level: tf.Tensor, harmless: tf.Tensor, is_open: tf.Tensor
    ) -> list[tf.Tensor]:
        value, slope = tableau[..., -2] + level * tableau[..., -1], tableau[..., -1]
        event, turning = _next_event(tableau, value, slope)
        weights, rates = inside * value, inside * slope
        square = tf.reduce_sum(weights * scale * (level - overlap), axis=-1, keepdims=True)
        end = _until(
            radius**2 - square, tf.reduce_sum(scale * weights, -1, True), tf.reduce_sum(scale * rates, -1, True)
        )
        length = tf.where(is_open, tf.minimum(event, end), 0.0)
        at_zero = weights + rates * tf.minimum(length, tf.nn.relu(-level))
        is_open &= event < end
        place = tf.where(is_open, turning, 0.0)
        harmless = tf.where(level <= 0, at_zero, harmless)
        return [pivoted(tableau, place), tf.abs(inside - place), level + length, harmless, is_open]

    tableau, inside, level, harmless, _ = tf.while_loop(
        lambda *state: tf.reduce_any(state[-1]),
        step,
        [tableau, none, level, none, scale[:, :1] >= 0],
        maximum_iterations=MOST_PIVOTS * gram.shape[-1],
    )
    reached = inside * (tableau[..., -2] + level * tableau[..., -1])
    return _scaled_to(radius, gram, scale * tf.nn.relu(reached), otherwise=scale * tf.nn.relu(harmless))


def _next_event(tableau: tf.Tensor, value: tf.Tensor, slope: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """How far the level rises until the next task meets 0, `[groups, 1]`, and 1 at that task."""
    num_tasks = value.shape[-1]
    falls = (slope < 0) & (tf.linalg.diag_part(tableau[..., :num_tasks]) > INDEPENDENT)
    until = tf.where(falls, tf.math.divide_no_nan(tf.nn.relu(value), -slope), _NEVER)
    return tf.reduce_min(until, axis=-1, keepdims=True), tf.one_hot(tf.argmin(until, -1), num_tasks, dtype=value.dtype)


def _until(room: tf.Tensor, rise: tf.Tensor, bend: tf.Tensor) -> tf.Tensor:
    """The step s at which 2 s `rise` + s^2 `bend` is `room`; 0 without room, far off where nothing rises."""
    room = tf.nn.relu(room)
    rate = rise + tf.sqrt(tf.nn.relu(rise**2 + bend * room))
    return tf.where(room > 0, tf.where(rate > 0, tf.math.divide_no_nan(room, rate), _NEVER), 0.0)


def _scaled_to(radius: tf.Tensor, gram: tf.Tensor, weights: tf.Tensor, *, otherwise: tf.Tensor) -> tf.Tensor:
    """`weights` times what makes their combination as long as `radius`; `otherwise` where it cancels."""
    shares = tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=-1, keepdims=True))
    square = tf.reduce_sum(shares * tf.linalg.matvec(gram, shares), axis=-1, keepdims=True)
    parts = tf.reduce_sum(shares * tf.linalg.diag_part(gram), axis=-1, keepdims=True)
    factor = tf.math.divide_no_nan(radius, tf.sqrt(tf.nn.relu(square)))
    return tf.where(square > _CANCELLED * parts, factor * shares, otherwise)
