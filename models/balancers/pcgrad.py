"""Gradient surgery."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.gram import GramBalancer, GramProblem
from models.balancers.solvers import nonnegative_qp
from models.balancers.visiting import seed_problems, visiting_order
from models.deferred import tf
from models.tasks import Loss, Role

__all__ = ["PCGrad", "Roles"]

_RIDGE: Final = 1e-6  # Above the noise of inner products in float32, which opposed main gradients would blow up.


class Roles(enum.Enum):
    """What a task's role is to gradient surgery.

    `EQUAL`: nothing. `MAIN_FIRST`: main tasks do not see auxiliary ones, and each auxiliary gradient becomes the
    nearest one that opposes no main gradient.
    """

    EQUAL = "equal"
    MAIN_FIRST = "main_first"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class PCGrad(GramBalancer):
    """Projects conflicting task gradients off each other, then sums them.

    Weights sum to no fixed number: without a conflict each is 1, the plain sum.

    Source: Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020, Alg. 1.
    Differs: the visiting order comes from `seed`, the step and the tasks' names, so a resumed run repeats; groups of
        parameters share it. The paper has no roles: under `main_first` its projections are among main tasks only.
    Cost: O(tasks^3) a step; it never sees a parameter.

    Attributes:
        seed: Any int32; picks the visiting orders.
        roles: Whether auxiliary tasks must not oppose main ones.
    """

    method: Literal["pcgrad"] = "pcgrad"
    seed: int = 0
    roles: Roles = Roles.EQUAL

    @override
    def setting_problems(self) -> list[str]:
        return super().setting_problems() + seed_problems(self.seed)

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Roles that are asked for where there are none."""
        if self.roles is Roles.EQUAL or any(loss.role is Role.AUXILIARY for loss in losses):
            return []
        return ["`roles: main_first` changes nothing, as no task is auxiliary."]

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        order = visiting_order(self.seed, problem.step, problem.declared)
        auxiliary = [place for place, loss in enumerate(problem.declared) if loss.role is Role.AUXILIARY]
        if self.roles is Roles.EQUAL or not auxiliary:
            return _among(problem.gram, order, tf.ones([len(problem.declared)], problem.gram.dtype))
        is_main = tf.constant([loss.role is Role.MAIN for loss in problem.declared])
        weights = _among(problem.gram, order, tf.cast(is_main, problem.gram.dtype))
        for place in auxiliary:  # Off all main gradients at once: one by one, the last could undo the first.
            overlap = problem.gram[:, place]
            weights += nonnegative_qp(problem.gram, overlap, mask=problem.active & is_main, ridge=_RIDGE)
        return weights


def _among(gram: tf.Tensor, order: tf.Tensor, taking_part: tf.Tensor) -> tf.Tensor:
    """The surgery among the tasks for which `taking_part`, `[tasks]`, is 1; the others weigh 1."""
    tasks = taking_part.shape[0]
    sq_norms = tf.linalg.diag_part(gram)
    mix = tf.eye(tasks, batch_shape=[tf.shape(gram)[0]], dtype=gram.dtype)  # Row i: task i's new gradient, in the old.
    meets = (taking_part[:, None] - tf.eye(tasks, dtype=gram.dtype)) * taking_part
    for met in tf.unstack(order, axis=1):  # met[i]: i's next.
        pick = tf.one_hot(met, tasks, dtype=gram.dtype)
        overlap = tf.reduce_sum(mix * tf.gather(gram, met, axis=1), axis=2)
        conflict = tf.reduce_sum(meets * pick, axis=1) * tf.minimum(overlap, 0.0)
        # A zero gradient conflicts with nothing, so 0 / 0 is 0 here.
        removed = tf.math.divide_no_nan(conflict, tf.gather(sq_norms, met, axis=1))
        mix -= removed[:, :, None] * pick
    return tf.reduce_sum(mix, axis=1)
