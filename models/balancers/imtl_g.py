"""Impartial multi-task learning, the gradients' half."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.cosines import cosines_of, solved
from models.balancers.gram import GramBalancer, GramProblem
from models.deferred import tf

__all__ = ["IMTLG"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class IMTLG(GramBalancer):
    """Makes the sum's projection on every task's gradient direction equal.

    With C the cosines and n the norms, weights are proportional to (C^-1 1) / n, and sum to 1. A task whose gradient
    is 0 has left the problem; its weight is 0. Norms do not count, so neither does a `loss_weight`.

    Source: Liu et al., "Towards Impartial Multi-task Learning", ICLR 2021; its closed form, written with Gram matrices.
    Differs: it is the weights' absolute values that sum to 1. Where no weight is negative that is the published scale;
        elsewhere that one may be without bound, or negative, which would climb every loss. Eigenvalues of C below 1e-6
        are raised to it, so that dependent gradients have the weights of almost dependent ones.
    Cost: O(tasks^3) a step; it never sees a parameter.
    """

    method: Literal["imtl_g"] = "imtl_g"

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        scale, cosines = cosines_of(problem)
        weights = scale * solved(cosines, tf.cast(scale > 0, scale.dtype))
        return tf.math.divide_no_nan(weights, tf.reduce_sum(tf.abs(weights), axis=1, keepdims=True))
