"""The preferred sum of gradients, moved to where it harms no task."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.dual_cone import DualConeBalancer, projected
from models.balancers.gram import GramProblem
from models.deferred import tf

__all__ = ["DualProj"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class DualProj(DualConeBalancer):
    """Combines the task gradients by preference, then projects the result on the cone of directions that harm no task.

    Without a task that it would harm the weights are the preferences.

    Source: Lopez-Paz and Ranzato, "Gradient Episodic Memory for Continual Learning", NeurIPS 2017; as an aggregator of
        tasks: Quinton and Rey, "Jacobian Descent for Multi-Objective Optimization", 2024 (arXiv 2406.16232).
    Differs: squared norms grow by 1e-6 of themselves in the quadratic program, so that weights stay finite where
        gradients are opposed; a task may then be harmed by as little.
    Cost: one quadratic program, O(tasks^3) a step.
    """

    method: Literal["dualproj"] = "dualproj"

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        preferences = self.preferences(problem) * tf.ones_like(problem.gram[:, 0])
        return projected(problem, preferences[:, None, :])[:, 0]
