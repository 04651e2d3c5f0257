"""The direction near the mean gradient that is best for the worst-off task."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Sequence
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.gram import GramBalancer, GramProblem
from models.balancers.solvers import best_worst_in_ball
from models.deferred import tf
from models.tasks import Loss

__all__ = ["CAGrad", "Rescale"]


class Rescale(enum.Enum):
    """What the direction is divided by: nothing, 1 + c^2, or 1 + c."""

    NONE = "none"
    C_SQUARED = "c_squared"
    C = "c"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class CAGrad(GramBalancer):
    """Takes the direction whose least gain over the tasks is largest, at most c |g_0| away from the mean g_0.

    The weights are (1 / tasks + v) / `rescale`, with the v >= 0 of `best_worst_in_ball`: the published g_0 +
    (c |g_0| / |g_w|) g_w. They sum to no fixed number: for equal gradients to 1 + c before `rescale`.

    Source: Liu et al., "Conflict-Averse Gradient Descent for Multi-task Learning", NeurIPS 2021, Alg. 1.
    Differs: the inner problem is solved exactly by pivots. Where the gradients to weigh cancel, as on the Pareto front,
        g_w / |g_w| is rounding: there it takes the direction nearest to g_0 that harms no task.
    Cost: O(tasks^3) a step.

    Attributes:
        c: The radius as a share of |g_0|; 0 is the mean gradient.
        rescale: Makes runs of different c alike in length; the authors' code divides by 1 + c^2.
    """

    method: Literal["cagrad"] = "cagrad"
    c: float = 0.5
    rescale: Rescale = Rescale.C_SQUARED

    @override
    def setting_problems(self) -> list[str]:
        found = super().setting_problems()
        if not 0 <= self.c < math.inf:
            found.append(f"`c` must be 0 or positive, got {self.c!r}: take 0.5, or 0.2 to stay nearer the mean.")
        return found

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        del losses
        if self.c < 1:
            return []
        return [f"`c` of {self.c:g} lets the direction leave the mean gradient: below 1 the mean loss goes down."]

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        mean = problem.mask / problem.num_active * tf.ones_like(problem.gram[:, 0])
        square = tf.reduce_sum(mean * tf.linalg.matvec(problem.gram, mean), axis=-1, keepdims=True)
        radius = self.c * tf.sqrt(tf.nn.relu(square))
        towards_worst = best_worst_in_ball(problem.gram, mean, radius, mask=problem.active)
        return (mean + towards_worst) / self._divisor

    @property
    def _divisor(self) -> float:
        return {Rescale.NONE: 1.0, Rescale.C_SQUARED: 1.0 + self.c**2, Rescale.C: 1.0 + self.c}[self.rescale]
