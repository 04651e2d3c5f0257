"""The direction in a ball around another that is best for the task it is worst for."""

from __future__ import annotations

from typing import Final, NamedTuple

from models.balancers.solvers.pivoting import INDEPENDENT, MOST_PIVOTS, pivoted, unit_diagonal, with_ridge
from models.deferred import tf

__all__ = ["best_worst_in_ball"]

_CANCELLED: Final = 1e-5  # Squared length of a combination, as a share of the mean of what it combines.
_RIDGE: Final = 1e-6  # Above the noise of inner products in float32, below what counts as cancelled.
_NEVER: Final = 1e300


def best_worst_in_ball(gram: tf.Tensor, start: tf.Tensor, radius: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """The v >= 0 for which d, the start plus the sum of v_i g_i, has the largest min_i g_i'd within `radius` of start.

    For a level t, the nearest d with all g_i'd >= t is a quadratic program over v >= 0 whose solution is piecewise
    linear in t. From the level of the start on, t is followed upwards from piece to piece, one pivot each, until the
    distance, whose square is a parabola in each piece, is the radius: no iteration but the pivots.
    Where the gradients that bound d cancel, so that no direction helps them all, it stops at t = 0, or before: that is
    the nearest direction that harms none.

    Source: Cottle, "Monotone solutions of the parametric linear complementarity problem", Math. Programming 3, 1972.
    Differs: squared norms grow by 1e-6 of themselves on the way; the end is refined without it.
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
    sides = tf.stack([overlap * scale, -scale], axis=2)  # What tasks gain at the start, and what a level asks.
    path = _followed(with_ridge(unit, _RIDGE), sides, radius)
    reached = _polished(path, unit=unit, sides=sides, radius=radius)
    return _scaled_to(radius, gram, scale * reached, otherwise=scale * tf.nn.relu(path.harmless))


class _Path(NamedTuple):
    """Where it is: the tableau, 1 at tasks inside, the level, the weights that level 0 asked; whether it goes on."""

    tableau: tf.Tensor
    inside: tf.Tensor
    level: tf.Tensor
    harmless: tf.Tensor
    is_open: tf.Tensor


def _followed(unit: tf.Tensor, sides: tf.Tensor, radius: tf.Tensor) -> _Path:
    """The end of the path."""
    gain, scale = sides[..., 0], -sides[..., 1]
    overlap = tf.where(scale > 0, tf.math.divide_no_nan(gain, scale), _NEVER)
    none, level = tf.zeros_like(gain), tf.reduce_min(overlap, axis=-1, keepdims=True)

    def step(path: _Path) -> tuple[_Path]:
        """On to the next piece, or to the end."""
        slope = path.tableau[..., -1]
        value = path.tableau[..., -2] + path.level * slope
        event, turning = _next_event(path.tableau, value, slope)
        weights, rates = path.inside * value, path.inside * slope
        square = tf.reduce_sum(weights * (path.level * scale - gain), axis=-1, keepdims=True)
        end = _until(tf.nn.relu(radius**2 - square), scale, weights, rates)
        length = tf.where(path.is_open, tf.minimum(event, end), 0.0)
        at_zero = weights + rates * tf.minimum(length, tf.nn.relu(-path.level))
        is_open = path.is_open & (event < end)
        place = tf.where(is_open, turning, 0.0)
        moved = _Path(
            tableau=pivoted(path.tableau, place),
            inside=tf.abs(path.inside - place),
            level=path.level + length,
            harmless=tf.where(path.level <= 0, at_zero, path.harmless),
            is_open=is_open,
        )
        return (moved,)

    first = _Path(tf.concat([unit, sides], axis=2), none, level, none, tf.ones_like(level, tf.bool))
    most = MOST_PIVOTS * unit.shape[-1]
    (end,) = tf.while_loop(lambda path: tf.reduce_any(path.is_open), step, (first,), maximum_iterations=most)
    return end


def _next_event(tableau: tf.Tensor, value: tf.Tensor, slope: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """How far the level rises until the next task meets 0, `[groups, 1]`, and 1 at that task."""
    num_tasks = value.shape[-1]
    falls = (slope < 0) & (tf.linalg.diag_part(tableau[..., :num_tasks]) > INDEPENDENT)
    until = tf.where(falls, tf.math.divide_no_nan(tf.nn.relu(value), -slope), _NEVER)
    return tf.reduce_min(until, axis=-1, keepdims=True), tf.one_hot(tf.argmin(until, -1), num_tasks, dtype=value.dtype)


def _until(room: tf.Tensor, scale: tf.Tensor, weights: tf.Tensor, rates: tf.Tensor) -> tf.Tensor:
    """By how much the level rises until the squared distance has grown by `room`; far off where nothing grows."""
    rise = tf.reduce_sum(scale * weights, axis=-1, keepdims=True)
    bend = tf.reduce_sum(scale * rates, axis=-1, keepdims=True)
    rate = rise + tf.sqrt(tf.nn.relu(rise**2 + bend * room))
    return tf.where((rate > 0) | (room <= 0), tf.math.divide_no_nan(room, rate), _NEVER)


def _polished(path: _Path, *, unit: tf.Tensor, sides: tf.Tensor, radius: tf.Tensor) -> tf.Tensor:
    """The weights at the end; by one step of refinement without the ridge, where all of them stay positive."""
    inside = path.inside[:, :, None]
    found = inside * path.tableau[..., -2:]
    rest = inside * (tf.matmul(unit, found) + sides)
    better = found - inside * tf.matmul(path.tableau[..., :-2], rest)
    weights = better[..., 0] + path.level * better[..., 1]
    square = tf.reduce_sum(weights * tf.linalg.matvec(unit, weights), axis=-1, keepdims=True)
    weights += better[..., 1] * _until(radius**2 - square, -sides[..., 1], weights, better[..., 1])
    is_better = tf.reduce_all(weights >= 0, axis=-1, keepdims=True)
    return tf.where(is_better, weights, tf.nn.relu(found[..., 0] + path.level * found[..., 1]))


def _scaled_to(radius: tf.Tensor, gram: tf.Tensor, weights: tf.Tensor, *, otherwise: tf.Tensor) -> tf.Tensor:
    """`weights` times what makes their combination as long as `radius`; `otherwise` where it cancels."""
    shares = tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=-1, keepdims=True))
    square = tf.reduce_sum(shares * tf.linalg.matvec(gram, shares), axis=-1, keepdims=True)
    parts = tf.reduce_sum(shares * tf.linalg.diag_part(gram), axis=-1, keepdims=True)
    factor = tf.math.divide_no_nan(radius, tf.sqrt(tf.nn.relu(square)))
    return tf.where(square > _CANCELLED * parts, factor * shares, otherwise)
