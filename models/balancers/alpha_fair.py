"""Weights under which what each task gains is fair, in the sense of alpha-fairness."""

from __future__ import annotations

from typing import Final

from models.balancers.cosines import solved
from models.deferred import tf

__all__ = ["alpha_fair_weights"]

_RESIDUAL: Final = 1e-10  # Relative, per task.
_ROUNDING: Final = 1e-14  # Of the terms that cancel in a residual.
_MOST_STEPS: Final = 60
_QUADRATIC: Final = 0.25  # Below this decrement Newton's method needs no damping.
_LEAST_SHARE: Final = 0.1  # Of anything positive that one straight step must leave.
_FARTHEST: Final = 20.0  # Change of a logarithm in one curved step.
_HALFWAY: Final = 3.0  # A larger alpha is reached by way of this one.
_SHRINKS: Final = tuple(0.5**power for power in range(10))


def alpha_fair_weights(cosines: tf.Tensor, scale: tf.Tensor, alpha: float) -> tf.Tensor:
    """Solves `G a = a^(-1/alpha)` for positive weights, with G = diag(1 / scale) C diag(1 / scale).

    First for alpha = 1, in b = a / scale: `C b = 1 / b`, the minimum of b'Cb / 2 - sum of log b. That is
    self-concordant, so damped Newton steps converge from anywhere. There C b > 0, so the logarithm of the equation for
    any other alpha can be taken; Newton's method on that is never singular and shrinks the residuals of all tasks
    alike, however their norms differ.

    Args:
        cosines: `[groups, tasks, tasks]`, C, positive definite with a diagonal of about 1.
        scale: `[groups, tasks]`, one over the gradients' norms; 0 for a task without one.
        alpha: From 0.5 to 10; beyond, steps may not suffice.

    Returns:
        `[groups, tasks]`, positive; 1 for a task without a gradient.
    """
    scale = tf.where(scale > 0, scale, 1.0)
    scaled = _nash(cosines)
    for stage in () if alpha == 1 else (alpha,) if alpha <= _HALFWAY else (_HALFWAY, alpha):
        scaled = _other_alpha(cosines, scaled, (1 / stage - 1) * tf.math.log(scale), alpha=stage)
    return scaled * scale


def _nash(cosines: tf.Tensor) -> tf.Tensor:
    """Solves `C b = 1 / b`, `[groups, tasks]`."""
    tasks = cosines.shape[-1]

    def best_multiple(scaled: tf.Tensor) -> tf.Tensor:
        """That with b'Cb = tasks."""
        length = tf.reduce_sum(scaled * tf.linalg.matvec(cosines, scaled), axis=1, keepdims=True)
        return scaled * tf.sqrt(tasks / length)

    def is_rough(scaled: tf.Tensor) -> tf.Tensor:
        return _is_rough(cosines, scaled, scaled * tf.linalg.matvec(cosines, scaled) - 1.0)

    def step(scaled: tf.Tensor) -> tuple[tf.Tensor]:
        """A damped one."""
        slope = scaled * tf.linalg.matvec(cosines, scaled) - 1.0
        curvature = scaled[:, :, None] * cosines * scaled[:, None, :] + tf.eye(tasks, dtype=scaled.dtype)
        change = -solved(curvature, slope)  # Relative to b.
        decrement = tf.sqrt(tf.maximum(-tf.reduce_sum(change * slope, axis=1, keepdims=True), 0.0))
        length = 1.0 / (1.0 + tf.where(decrement < _QUADRATIC, tf.zeros_like(decrement), decrement))
        return (best_multiple(scaled * (1.0 + length * change)),)

    start = best_multiple(tf.ones_like(cosines[:, 0]))
    return tf.while_loop(is_rough, step, (start,), maximum_iterations=_MOST_STEPS)[0]


def _other_alpha(cosines: tf.Tensor, start: tf.Tensor, offset: tf.Tensor, *, alpha: float) -> tf.Tensor:
    """Solves `log(C b) + log(b) / alpha + offset = 0` for b, `[groups, tasks]`, from one with C b > 0."""
    tasks = cosines.shape[-1]
    shrinks = tf.constant(_SHRINKS, start.dtype)

    def residual(points: tf.Tensor) -> tf.Tensor:
        """Of `[groups, points, tasks]`; infinite outside of the domain."""
        projected = tf.maximum(tf.matmul(points, cosines), 0.0)
        return tf.math.log(projected) + tf.math.log(points) / alpha + offset[:, None]

    def is_rough(scaled: tf.Tensor) -> tf.Tensor:
        return _is_rough(cosines, scaled, residual(scaled[:, None])[:, 0])

    def step(scaled: tf.Tensor) -> tuple[tf.Tensor]:
        """The one that leaves the least residual, of several lengths and two shapes."""
        projected = _projected(cosines, scaled)
        ratio, product = tf.sqrt(scaled / projected), tf.sqrt(scaled * projected)
        # Newton's matrix, diag(1 / Cb) C diag(b) + 1 / alpha, with its sides scaled until it is symmetric.
        matrix = ratio[:, :, None] * cosines * ratio[:, None, :] + tf.eye(tasks, dtype=scaled.dtype) / alpha
        change = solved(matrix, -product * residual(scaled[:, None])[:, 0]) / product  # Relative to b.
        # A straight step keeps what cancels in C b, a curved one reaches other orders of magnitude: the better wins.
        fall = tf.minimum(change, tf.linalg.matvec(cosines, scaled * change) / projected)
        longest = (1.0 - _LEAST_SHARE) / tf.maximum(-tf.reduce_min(fall, axis=1), 1.0 - _LEAST_SHARE)
        straight = 1.0 + (longest[:, None] * shrinks)[:, :, None] * change[:, None]
        curved = tf.exp(tf.clip_by_value(shrinks[None, :, None] * change[:, None], -_FARTHEST, _FARTHEST))
        points = scaled[:, None] * tf.concat([tf.ones_like(straight[:, :1]), straight, curved], axis=1)
        best = tf.argmin(tf.reduce_max(tf.abs(residual(points)), axis=2), axis=1)
        return (tf.gather(points, best, axis=1, batch_dims=1),)

    return tf.while_loop(is_rough, step, (start,), maximum_iterations=_MOST_STEPS)[0]


def _projected(cosines: tf.Tensor, scaled: tf.Tensor) -> tf.Tensor:
    """C b, positive also where rounding made it less."""
    return tf.maximum(tf.linalg.matvec(cosines, scaled), _ROUNDING * tf.linalg.matvec(tf.abs(cosines), scaled))


def _is_rough(cosines: tf.Tensor, scaled: tf.Tensor, residual: tf.Tensor) -> tf.Tensor:
    """Whether a residual, relative to its row, is more than rounding."""
    terms = tf.linalg.matvec(tf.abs(cosines), scaled) / _projected(cosines, scaled)
    return tf.reduce_any(tf.abs(residual) > _RESIDUAL + _ROUNDING * terms)
