"""Each task's gradient, moved to where it harms no other."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.dual_cone import DualConeBalancer, projected
from models.balancers.gram import GramProblem
from models.deferred import tf

__all__ = ["UPGrad"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class UPGrad(DualConeBalancer):
    """Projects each task's gradient on the cone of directions that harm no task, then combines them by preference.

    Without a conflict the weights are the preferences. For two tasks and `reduction: sum` it is PCGrad.

    Source: Quinton and Rey, "Jacobian Descent for Multi-Objective Optimization", 2024 (arXiv 2406.16232).
    Differs: squared norms grow by 1e-6 of themselves in the quadratic program, so that weights stay finite where
        gradients are opposed; a task may then be harmed by as little.
    Cost: one quadratic program a task, all at once, O(tasks^3) each.
    """

    method: Literal["upgrad"] = "upgrad"

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        one_each = tf.linalg.diag(tf.ones_like(problem.gram[:, 0]))
        return tf.reduce_sum(self.preferences(problem)[:, None] * projected(problem, one_each), axis=1)
