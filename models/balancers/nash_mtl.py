"""Multi-task learning as a bargaining game."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from typing_extensions import override

from models.balancers.alpha_fair import alpha_fair_weights
from models.balancers.base import Memory, Seen
from models.balancers.checks import positive_problems
from models.balancers.cosines import cosines_of
from models.balancers.gram import GramBalancer, GramProblem
from models.deferred import tf

__all__ = ["NashMTL"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class NashMTL(GramBalancer):
    """Takes the direction that the tasks would agree on: the product of what each gains is the largest.

    Solves `G a = 1 / a`. Tasks whose gradients are at right angles, of the mean norm, get weight 1 each, so weights are
    like those of a sum. Norms do not count, so neither does a `loss_weight`. An active task whose gradient is 0 has
    weight 1.

    Source: Navon et al., "Multi-Task Learning as a Bargaining Game", ICML 2022.
    Differs: solved by Newton's method, to a residual of 1e-8, instead of by a sequence of convex programs, and on
        matrices with a mean diagonal of 1; the authors' code divides them by their norm. Eigenvalues of the cosines
        between gradients below 1e-6 are raised to it: opposed gradients would have weights without bound.
    Cost: O(tasks^3) for each of about seven iterations, 60 at most; it never sees a parameter.

    Attributes:
        max_norm: The longest that the weighted sum of gradients may be, over all groups of parameters together; None
            for no limit. The authors' code takes 1.
    """

    method: Literal["nash_mtl"] = "nash_mtl"
    max_norm: float | None = None

    @override
    def setting_problems(self) -> list[str]:
        limits = {} if self.max_norm is None else {"max_norm": self.max_norm}
        return super().setting_problems() + positive_problems(limits)

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        scale, cosines = cosines_of(problem)
        return alpha_fair_weights(cosines, scale, alpha=1.0)

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`; shortened here, since a problem no longer knows how long gradients are."""
        weights = super().weigh(seen, memory)
        if self.max_norm is None or seen.gram is None:
            return weights
        active = tf.where(seen.active, tf.cast(weights, tf.float64), 0.0)
        sq_norm = tf.reduce_sum(active * tf.linalg.matvec(tf.cast(seen.gram, tf.float64), active))
        excess = tf.maximum(tf.sqrt(tf.maximum(sq_norm, 0.0)) / self.max_norm, 1.0)
        return weights / tf.cast(tf.where(tf.math.is_finite(excess), excess, 1.0), weights.dtype)
