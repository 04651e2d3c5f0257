"""Tasks that are present but pull nowhere."""

from __future__ import annotations

from typing import Final

from models.balancers.gram import GramProblem
from models.deferred import tf

__all__ = ["with_gradient"]

_ZERO: Final = 1e-20  # Of the largest squared norm: what is under it is rounding.


def with_gradient(problem: GramProblem) -> tf.Tensor:
    """`[groups, tasks]`, bool: the active tasks whose gradient is not 0.

    The shortest combination would be that of a zero gradient alone, which would stop all other tasks.
    """
    squares = tf.linalg.diag_part(problem.gram)
    return problem.active & (squares > _ZERO * tf.reduce_max(squares, axis=-1, keepdims=True))
