"""Pareto-efficient weights that keep a least share for each task."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.checks import by_loss, name_problems, range_problems
from models.balancers.gram import GramProblem
from models.balancers.segments import SegmentedBalancer
from models.balancers.solvers import project_on_simplex, simplex_qp
from models.balancers.zero_gradients import with_gradient
from models.binding import Problem
from models.deferred import tf
from models.tasks import Loss

__all__ = ["PELTR", "SolveMode"]

_RANK: Final = 1e-10  # Of the largest eigenvalue; smaller ones count as 0.


class SolveMode(enum.Enum):
    """How the quadratic program is solved.

    `EXACT`: as it stands.
    `TWO_STEP`: as published: without `w >= c`, then the nearest weights that keep it. The same for two tasks; of four
    random gradients 6 to 8 in 10 are combined to more than the least length.
    """

    EXACT = "exact"
    TWO_STEP = "two_step"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class PELTR(SegmentedBalancer):
    """Combines the task gradients to the shortest vector under weights w >= c of sum 1, with a bound c a task.

    Without bounds it is MGDA, whose weights may starve a task; with bounds that sum to almost 1, fixed weights.

    Source: Lin et al., "A Pareto-Efficient Algorithm for Multiple Objective Optimization in E-Commerce
        Recommendation", RecSys 2019 (PE-LTR).
    Differs: `exact` is new. `two_step` solves its equations by a pseudoinverse, so that equal gradients share evenly
        where the inverse does not exist, and its second step keeps the sum of 1 - sum of c. A task that is absent, or
        has no gradient, leaves the problem and its bound with it.
    Cost: closed form for two tasks, else O(tasks^3) a step.

    Attributes:
        bounds: c, by loss; 0 where not given. They sum to less than 1.
        mode: How it is solved.
    """

    method: Literal["pe_ltr"] = "pe_ltr"
    bounds: dict[str, float] = dataclasses.field(default_factory=dict)
    mode: SolveMode = SolveMode.EXACT

    @override
    def setting_problems(self) -> list[str]:
        found = super().setting_problems() + range_problems("bounds", self.bounds, may_be_zero=True)
        total = sum(self.bounds.values())
        if not found and total >= 1:
            found.append(
                f"`bounds` must sum to less than 1, got {total:g}: lower some, so that there is a choice left."
            )
        return found

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        return name_problems("bounds", self.bounds, losses)

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`; those of active tasks sum to 1."""
        del memory
        present = with_gradient(problem)
        bounds = tf.cast(by_loss(self.bounds, problem.declared, 0.0), problem.gram.dtype)
        lower = tf.where(present, bounds, 0.0)
        if self.mode is SolveMode.EXACT:
            return simplex_qp(problem.gram, lower, mask=present)
        free = 1.0 - tf.reduce_sum(lower, axis=-1, keepdims=True)
        relaxed = _without_bounds(problem.gram, lower, free, mask=present)
        return lower + project_on_simplex(relaxed, free, mask=present)


def _without_bounds(gram: tf.Tensor, lower: tf.Tensor, free: tf.Tensor, *, mask: tf.Tensor) -> tf.Tensor:
    """The x of sum `free` for which `lower` + x is the stationary point, whatever its signs; of several the least."""
    ones = tf.cast(mask, gram.dtype)
    inner = gram * ones[:, :, None] * ones[:, None, :]
    border = tf.concat([ones, tf.zeros_like(free)], axis=-1)
    matrix = tf.concat([tf.concat([inner, ones[:, :, None]], axis=2), border[:, None, :]], axis=1)
    right = tf.concat([-tf.linalg.matvec(inner, lower), free], axis=-1)
    values, vectors = tf.linalg.eigh(matrix)
    largest = tf.reduce_max(tf.abs(values), axis=-1, keepdims=True)
    inverse = tf.where(tf.abs(values) > _RANK * largest, tf.math.reciprocal_no_nan(values), 0.0)
    along = inverse * tf.linalg.matvec(vectors, right, transpose_a=True)
    return tf.linalg.matvec(vectors, along)[:, :-1]
