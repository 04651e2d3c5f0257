"""The angles between task gradients, kept away from singular."""

from __future__ import annotations

from typing import Final

from models.balancers.gram import GramProblem
from models.balancers.solvers.pivoting import unit_diagonal
from models.balancers.zero_gradients import with_gradient
from models.deferred import tf

__all__ = ["LEAST_EIGENVALUE", "cosines_of", "solved"]

# Gradients are float32: what is below this of a cosine matrix' eigenvalues is rounding.
LEAST_EIGENVALUE: Final = 1e-6


def cosines_of(problem: GramProblem) -> tuple[tf.Tensor, tf.Tensor]:
    """Splits Gram matrices into lengths and angles.

    Args:
        problem: Holds the Gram matrices.

    Returns:
        One over the gradients' norms, `[groups, tasks]`, and the cosines between them, `[groups, tasks, tasks]`,
        positive definite: eigenvalues below `LEAST_EIGENVALUE`, as of tasks whose gradients are linearly dependent, are
        raised to it, and nothing else changes. A task that is absent or without a gradient has 0 in the first and is
        orthogonal to all in the second.
    """
    unit, scale = unit_diagonal(problem.gram, with_gradient(problem))
    cosines = tf.linalg.set_diag(tf.clip_by_value(unit, -1.0, 1.0), tf.ones_like(scale))
    values, vectors = tf.linalg.eigh(cosines)
    lack = tf.maximum(LEAST_EIGENVALUE - values, 0.0)
    return scale, cosines + tf.matmul(vectors * lack[:, None, :], vectors, transpose_b=True)


def solved(matrices: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Solves positive definite systems, `[groups, tasks, tasks]` and `[groups, tasks]` to `[groups, tasks]`."""
    # Cholesky's method does not mind a bad scale, only directions that are almost dependent.
    return tf.linalg.cholesky_solve(tf.linalg.cholesky(matrices), right[:, :, None])[:, :, 0]
