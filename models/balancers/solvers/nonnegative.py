"""The least quadratic over nonnegative weights."""

from __future__ import annotations

from models.balancers.solvers.pivoting import INDEPENDENT, MOST_PIVOTS, RIDGE, pivoted, unit_diagonal, with_ridge
from models.deferred import tf

__all__ = ["nonnegative_qp"]

_ROUNDING = 1e-13  # A gradient above minus this, of the size of what it is the sum of, is none.


def nonnegative_qp(gram: tf.Tensor, linear: tf.Tensor, *, mask: tf.Tensor, ridge: float = RIDGE) -> tf.Tensor:
    """argmin over v >= 0 of v' gram v / 2 + linear' v; finite even where rounding made `gram` slightly indefinite.

    An active set grows by the steepest task and shrinks by the first that would fall below 0, one pivot each; the
    objective falls all the way, so every stop is a feasible point, and the last one is polished without the ridge.

    Source: Lawson and Hanson, "Solving Least Squares Problems", 1974, algorithm NNLS, on the normal equations.
    Differs: pivots of a tableau instead of least-squares fits. Where several v are best, the one of a small ridge.
    Cost: O(tasks^2) a pivot, at most six pivots a task.

    Args:
        gram: `[groups, tasks, tasks]` float64, symmetric and positive semidefinite.
        linear: `[groups, tasks]` float64, in the range of `gram`: a task whose row is 0 gets 0.
        mask: `[tasks]` or `[groups, tasks]`, bool; a task outside gets 0.
        ridge: Added to `gram`, as a share of its diagonal; bounds v where gradients are opposed.

    Returns:
        `[groups, tasks]`.
    """
    unit, scale = unit_diagonal(gram, mask)
    slope = linear * scale
    size = tf.reduce_max(tf.abs(slope), axis=-1, keepdims=True)
    inside, point = tf.zeros_like(slope), tf.zeros_like(slope)
    tableau = tf.concat([with_ridge(unit, ridge), slope[:, :, None]], axis=2)

    def step(tableau: tf.Tensor, inside: tf.Tensor, point: tf.Tensor, moves: tf.Tensor) -> list[tf.Tensor]:
        del moves
        point, leaving = _towards(inside * tableau[..., -1], inside, point)
        entering = _steepest(tableau, inside, rounding=_ROUNDING * (size + tf.reduce_max(point, -1, keepdims=True)))
        place = tf.where(tf.reduce_any(leaving > 0, axis=-1, keepdims=True), leaving, entering)
        return [pivoted(tableau, place), tf.abs(inside - place), point, tf.reduce_any(place > 0)]

    tableau, inside, point, _ = tf.while_loop(
        lambda *state: state[-1],
        step,
        [tableau, inside, point, tf.constant(True)],
        maximum_iterations=MOST_PIVOTS * gram.shape[-1],
    )
    return scale * _polished(point, inside=inside, inverse=tableau[..., :-1], unit=unit, slope=slope)


def _towards(aim: tf.Tensor, inside: tf.Tensor, point: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """As far from `point` to `aim` as no task inside falls below 0; 1 at the task that stopped it, if any did."""
    blocked = (inside > 0) & (aim <= 0)
    share = tf.where(blocked, tf.math.divide_no_nan(point, point - aim), 2.0)
    far = tf.reduce_min(share, axis=-1, keepdims=True)
    first = tf.one_hot(tf.argmin(share, axis=-1), aim.shape[-1], dtype=aim.dtype)
    leaving = tf.where(far < 2.0, first, 0.0)
    moved = point + tf.minimum(far, 1.0) * (aim - point)
    return (1.0 - leaving) * moved, leaving


def _steepest(tableau: tf.Tensor, inside: tf.Tensor, *, rounding: tf.Tensor) -> tf.Tensor:
    """1 at the task outside whose growth lowers the objective most, 0 everywhere if none does."""
    gradient = tableau[..., -1]
    is_free = (inside == 0) & (tf.linalg.diag_part(tableau[..., :-1]) > INDEPENDENT)
    falls = tf.where(is_free & (gradient < -rounding), gradient, 0.0)
    steepest = tf.one_hot(tf.argmin(falls, axis=-1), falls.shape[-1], dtype=falls.dtype)
    return tf.where(falls < 0, steepest, 0.0)


def _polished(
    point: tf.Tensor, *, inside: tf.Tensor, inverse: tf.Tensor, unit: tf.Tensor, slope: tf.Tensor
) -> tf.Tensor:
    """`point` after one step of refinement, which takes the ridge and rounding out, where that is no worse."""

    def fault(point: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        gradient = tf.linalg.matvec(unit, point) + slope
        wrong = tf.where(inside > 0, gradient, tf.minimum(gradient, 0.0))
        return gradient, tf.reduce_max(tf.abs(wrong), axis=-1, keepdims=True)

    gradient, before = fault(point)
    refined = point - inside * tf.linalg.matvec(inverse, inside * gradient)
    _, after = fault(refined)
    is_better = (after < before) & tf.reduce_all(refined >= 0, axis=-1, keepdims=True)
    return tf.where(is_better, refined, point)
