"""Independent component alignment."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.checks import by_loss, name_problems, range_problems
from models.balancers.gram import GramBalancer, GramProblem
from models.binding import Problem
from models.deferred import tf
from models.tasks import Loss

__all__ = ["AlignedMTL"]

_LEAST_SHARE: Final = 1e-6  # Of the largest eigenvalue; gradients are float32, so less is rounding.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class AlignedMTL(GramBalancer):
    """Replaces the gradients by the nearest orthogonal ones, all as long as their weakest independent component.

    With G = V diag(v) V' and the smallest v that is not 0, weights are sqrt(min v) V diag(v^-1/2) V' p: for gradients
    that are orthogonal and of one length, the preferences p, which sum to 1. A weight may be negative.

    Source: Senushkin et al., "Independent Component Alignment for Multi-Task Learning", CVPR 2023, Alg. 1.
    Differs: an eigenvalue counts as 0 below 1e-6 of the largest. Preferences are those of the tasks present.
    Cost: O(tasks^3) a step; it never sees a parameter.

    Attributes:
        preference: By loss, in any unit; 1 where not given.
    """

    method: Literal["aligned_mtl"] = "aligned_mtl"
    preference: dict[str, float] = dataclasses.field(default_factory=dict)

    @override
    def setting_problems(self) -> list[str]:
        return super().setting_problems() + range_problems("preference", self.preference, may_be_zero=False)

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """Names of no loss."""
        return name_problems("preference", self.preference, losses)

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        values, vectors = tf.linalg.eigh(problem.gram)  # Ascending.
        is_kept = values > _LEAST_SHARE * values[:, -1:]
        smallest = tf.reduce_min(tf.where(is_kept, values, values[:, -1:]), axis=1, keepdims=True)
        stretch = tf.where(is_kept, tf.sqrt(smallest / tf.where(is_kept, values, 1.0)), 0.0)
        given = problem.mask * tf.cast(by_loss(self.preference, problem.declared, 1.0), problem.mask.dtype)
        preference = tf.math.divide_no_nan(given, tf.reduce_sum(given)) * tf.ones_like(values)
        along = tf.linalg.matvec(vectors, preference, transpose_a=True)
        return tf.linalg.matvec(vectors, stretch * along)
