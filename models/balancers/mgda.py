"""The common descent direction of least norm."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.checks import negative_warnings
from models.balancers.gram import GramProblem
from models.balancers.segments import SegmentedBalancer
from models.balancers.solvers import simplex_qp
from models.balancers.zero_gradients import with_gradient
from models.deferred import tf
from models.tasks import Loss

__all__ = ["MGDA", "Normalize"]


class Normalize(enum.Enum):
    """What each gradient is divided by before the shortest combination is sought.

    `NONE`: nothing. `L2`: its norm. `LOSS`: its loss, times its `loss_weight`. `LOSS_PLUS`: both.
    """

    NONE = "none"
    L2 = "l2"
    LOSS = "loss"
    LOSS_PLUS = "loss+"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class MGDA(SegmentedBalancer):
    """Combines the task gradients to the shortest vector that weights of sum 1 can make.

    No loss rises along it, and where it is 0 no direction lowers them all. It follows the shortest gradients: of two at
    right angles with norms 1 and 10 the first gets 0.99; `normalize` makes lengths alike.

    Source: Sener and Koltun, "Multi-Task Learning as Multi-Objective Optimization", NeurIPS 2018;
        Désidéri, "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization", 2012.
    Differs: the quadratic program is solved exactly instead of by Frank and Wolfe's steps. What `normalize` divides by
        divides the weights too, which then sum to 1 again, so that the direction is the shortest of the normalised
        gradients; the authors' code weighs the gradients as they were, and may raise a loss. An active task without
        gradient would get all the weight and stop the others: it leaves the problem.
    Cost: closed form for two tasks, else O(tasks^3) a step.

    Attributes:
        normalize: What makes gradients of unlike lengths alike.
    """

    method: Literal["mgda"] = "mgda"
    normalize: Normalize = Normalize.NONE

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        if self.normalize in (Normalize.NONE, Normalize.L2):
            return []
        return negative_warnings(losses, f"`normalize: {self.normalize.value}` takes its magnitude")

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`; those of active tasks sum to 1."""
        del memory
        divisor = self._divisor(problem)
        present = with_gradient(problem) & (divisor > 0)
        factor = tf.where(present, tf.math.reciprocal_no_nan(divisor), 0.0)
        gram = problem.gram * factor[:, :, None] * factor[:, None, :]
        weights = factor * simplex_qp(gram, tf.zeros_like(factor), mask=present)
        return tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=-1, keepdims=True))

    def _divisor(self, problem: GramProblem) -> tf.Tensor:
        """`[groups, tasks]`."""
        norms = tf.sqrt(tf.linalg.diag_part(problem.gram))
        losses = tf.abs(problem.losses) * tf.constant([loss.loss_weight for loss in problem.declared], norms.dtype)
        everywhere = tf.ones_like(norms)
        return {
            Normalize.NONE: everywhere,
            Normalize.L2: norms,
            Normalize.LOSS: losses * everywhere,
            Normalize.LOSS_PLUS: losses * norms,
        }[self.normalize]
