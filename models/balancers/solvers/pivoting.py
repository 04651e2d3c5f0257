"""Principal pivots: the one move that the active-set solvers make."""

from __future__ import annotations

from typing import Final

from models.deferred import tf

__all__ = ["INDEPENDENT", "MOST_PIVOTS", "RIDGE", "pivoted", "unit_diagonal", "with_ridge"]

RIDGE: Final = 1e-10  # Of a unit diagonal: among equally good solutions it picks the even one.
INDEPENDENT: Final = 1e-13  # Squared sine of the least angle to the span of those inside; rounding makes less.
MOST_PIVOTS: Final = 6  # A task; random, singular and degenerate matrices of up to 16 tasks took 2.


def unit_diagonal(gram: tf.Tensor, mask: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`gram` of the same gradients at length 1, and one over their lengths.

    Args:
        gram: `[groups, tasks, tasks]` float64.
        mask: `[tasks]` or `[groups, tasks]`, bool. A task outside, or without gradient, has length 0 in both.

    Returns:
        `[groups, tasks, tasks]` with 1 and 0 on its diagonal, and `[groups, tasks]`.
    """
    squares = tf.linalg.diag_part(gram)
    scale = tf.where(mask, tf.math.reciprocal_no_nan(tf.sqrt(tf.maximum(squares, 0.0))), 0.0)
    return gram * scale[:, :, None] * scale[:, None, :], scale


def with_ridge(unit: tf.Tensor, ridge: float) -> tf.Tensor:
    """`unit` with its diagonal longer by the share `ridge`."""
    return unit + ridge * tf.linalg.diag(tf.linalg.diag_part(unit))


def pivoted(tableau: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """Swaps what is free and what is 0 at one place of `y = M v + q`.

    With P the places pivoted so far, the first columns hold the inverse of M on P and its Schur complement elsewhere;
    each column after them holds, for its q, the v that makes y = 0 on P, and y elsewhere. A second pivot at a place
    undoes the first.

    Source: Cottle, Pang and Stone, "The Linear Complementarity Problem", 1992, principal pivotal transforms.

    Args:
        tableau: `[groups, tasks, tasks + columns]`.
        place: `[groups, tasks]`, 1 at the place; a row of zeros leaves its group as it is.

    Returns:
        The new tableau.
    """
    num_tasks = place.shape[-1]
    column = tf.linalg.matvec(tableau[..., :num_tasks], place)
    row = tf.linalg.matvec(tableau, place, transpose_a=True)
    value = tf.reduce_sum(column * place, axis=-1, keepdims=True)
    padded = tf.pad(place, [[0, 0], [0, tableau.shape[-1] - num_tasks]])
    change = tf.math.divide_no_nan(row - padded, value)
    return tableau - (column + place)[:, :, None] * change[:, None, :]
