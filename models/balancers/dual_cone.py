"""What methods share that move directions to where they harm no task."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from models.balancers.checks import by_loss, name_problems, range_problems
from models.balancers.gram import GramBalancer, GramProblem
from models.balancers.solvers import nonnegative_qp
from models.binding import Problem
from models.deferred import tf
from models.tasks import Loss

__all__ = ["DualConeBalancer", "Reduction", "projected"]

_RIDGE: Final = 1e-6  # Above the noise of inner products in float32, which opposed gradients would blow up.


class Reduction(enum.Enum):
    """Whether the preferences of the tasks present are scaled to sum to 1, or taken as they are."""

    MEAN = "mean"
    SUM = "sum"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DualConeBalancer(GramBalancer):
    """Combines the task gradients by preference, to a direction that overlaps negatively with no task's gradient.

    Attributes:
        preference: By loss, in any unit; 1 where not given.
        reduction: What preferences sum to.
    """

    preference: dict[str, float] = dataclasses.field(default_factory=dict)
    reduction: Reduction = Reduction.MEAN

    @override
    def setting_problems(self) -> list[str]:
        """See `GramBalancer`."""
        return super().setting_problems() + range_problems("preference", self.preference, may_be_zero=False)

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """Names of no loss."""
        return name_problems("preference", self.preference, losses)

    def preferences(self, problem: GramProblem) -> tf.Tensor:
        """`[tasks]` float64, 0 where not active."""
        given = problem.mask * tf.cast(by_loss(self.preference, problem.declared, 1.0), problem.mask.dtype)
        if self.reduction is Reduction.SUM:
            return given
        return tf.math.divide_no_nan(given, tf.reduce_sum(given))


def projected(problem: GramProblem, rows: tf.Tensor) -> tf.Tensor:
    """The weights of the nearest vectors to given ones that overlap negatively with no task's gradient.

    The dual of this projection of the sum of w_i g_i is the shortest sum of v_i g_i with v >= w.

    Source: Quinton and Rey, "Jacobian Descent for Multi-Objective Optimization", 2024 (arXiv 2406.16232).

    Args:
        problem: Holds the Gram matrices.
        rows: `[groups, vectors, tasks]`, the weights w of the vectors to project.

    Returns:
        v, `[groups, vectors, tasks]`.
    """
    num_vectors, num_tasks = rows.shape[1:]
    overlaps = tf.reshape(tf.matmul(rows, problem.gram), [-1, num_tasks])
    grams = tf.repeat(problem.gram, num_vectors, axis=0)
    added = nonnegative_qp(grams, overlaps, mask=problem.active, ridge=_RIDGE)
    return rows + tf.reshape(added, tf.shape(rows))
