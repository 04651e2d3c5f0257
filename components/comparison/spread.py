"""From what each group of rows contributes to the standard error, and to its degrees of freedom."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["dof_of_moments", "effective_dof", "largest_share"]


def effective_dof(influence: np.ndarray) -> float:
    """How many equal, normal groups would tell their variance as well as these do.

    The variance of a sum of squares is its fourth powers less the squared mean square; Satterthwaite's degrees of
    freedom are twice the squared sum over it. A few heavy clusters, or few positives, have heavy tails and give little.

    Source: Satterthwaite, Biometrics Bulletin 2, 1946, Eq. 17, with the moments of the sample.

    Args:
        influence: `[groups]`, what each adds to the estimate; sums to nothing.
    """
    groups = len(influence)
    scale = float(np.abs(influence).max(initial=0.0))
    if groups < 2 or scale == 0:
        return max(groups - 1.0, 1.0)
    squares = np.square(influence / scale)
    return dof_of_moments(float(squares.sum()), float(np.square(squares).sum()), groups)


def dof_of_moments(squares: float, fourths: float, groups: int) -> float:
    """The same from the sums of the squares and of the fourth powers of what each adds."""
    spread = fourths - squares**2 / groups
    satterthwaite = 2 * squares**2 / spread if spread > 0 else math.inf
    return min(max(satterthwaite, 1.0), groups - 1.0)


def largest_share(total: float, squares: float, groups: float = math.inf) -> float:
    """How much of the weight one group would hold, were the others alike, for weights to be spread as unevenly.

    The root of the sum of squared shares less what an even spread gives, so buckets of many clusters tell of a heavy
    one as well. Two groups of a third each count as one of a half: their interval misses as often.

    Args:
        total: Sum of the weights of the groups, none below 0.
        squares: Sum of their squares.
        groups: How many.
    """
    if total <= 0 or groups < 2:
        return 0.0
    even = 1 / groups
    return math.sqrt(min(max((squares / total**2 - even) / (1 - even), 0.0), 1.0))
