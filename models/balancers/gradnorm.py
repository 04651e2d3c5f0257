"""Gradient normalisation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import ClassVar, Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory, remember
from models.balancers.checks import negative_warnings, positive_problems
from models.balancers.gram import GramBalancer, GramProblem, Scope
from models.deferred import tf
from models.tasks import Loss

__all__ = ["GradNorm"]

TABLE: Final = "table_"  # What names of embedding tables begin with.
_FLOOR: Final = 1e-12  # The least loss that is believed, and the least sum of weights that is divided by.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class GradNorm(GramBalancer):
    """Learns weights under which all tasks train at one rate.

    With n_i the norm of task i's gradient at one layer, L_i(0) its first loss and r_i its L_i / L_i(0) over the mean of
    all tasks', the weights w, of sum K, descend on the sum of |w_i n_i - T_i|, T_i = mean(w n) r_i^alpha held fixed.
    Only the diagonal of the Gram matrix is read. Norms come out alike whatever they were, so a `loss_weight` decides
    where weights start, not where they end.

    Source: Chen et al., "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask Networks",
        ICML 2018, Alg. 1.
    Differs: norms are relative to the root of their mean square, so `learning_rate` does not hang on the unit of the
        losses. A weight stops at T_i / n_i instead of jumping over it, so none falls to 0. A step is weighed by the
        weights that it found. L_i(0) is the mean of the first losses, of one batch being noise for a sparse task.
        Absent tasks keep their weights; the present ones' sum to their number.
    Cost: O(tasks) a step.

    Attributes:
        alpha: How strongly slow tasks are favoured; 0 makes norms equal.
        learning_rate: Of the weights.
        initial_steps: How many of a task's first losses make L_i(0); until then, the mean of those seen.
        layer: The layer whose gradients are compared, not an embedding table; None for the last shared one.
    """

    compares_one_layer: ClassVar[bool] = True

    method: Literal["gradnorm"] = "gradnorm"
    alpha: float = 1.5
    learning_rate: float = 0.025
    initial_steps: int = 20
    layer: str | None = None

    @override
    def setting_problems(self) -> list[str]:
        """See `GramBalancer`."""
        found = super().setting_problems() + positive_problems({"learning_rate": self.learning_rate})
        if not 0 <= self.alpha < math.inf:
            found.append(f"`alpha` must be 0 or positive, got {self.alpha!r}.")
        if self.initial_steps < 1:
            found.append(f"`initial_steps` must be 1 or more, got {self.initial_steps!r}.")
        if self.layer is not None and self.layer.startswith(TABLE):
            found.append(
                f"`layer` must not be an embedding table, of which a batch touches a few rows, got {self.layer!r}: "
                "name a shared layer of experts, or leave it out for the last one."
            )
        if self.scope is not Scope.PARAMETERS:
            found.append(
                f"`scope` must be parameters for gradnorm, which compares gradients at one layer, got "
                f"{self.scope.value}: leave it out and set `layer`."
            )
        return found

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Losses that may be negative."""
        return negative_warnings(losses, "below 0 gradnorm takes it for a task that has learned all")

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """See `Balancer`."""
        return {
            "task_weights": remember("task_weights", tf.ones([num_groups, len(losses)], tf.float64)),
            "initial_losses": remember("initial_losses", tf.zeros([len(losses)], tf.float64)),
            "seen": remember("seen", tf.zeros([len(losses)], tf.float64)),
        }

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        mask, num_active = problem.mask, problem.num_active
        kept = tf.convert_to_tensor(memory["task_weights"])
        share = num_active / tf.maximum(tf.reduce_sum(mask * kept, axis=1, keepdims=True), _FLOOR)
        before = mask * kept * share
        norms = tf.sqrt(tf.linalg.diag_part(problem.gram))
        mean = tf.reduce_sum(before * norms, axis=1, keepdims=True) / num_active
        target = mean * tf.pow(self._rates(problem, memory), self.alpha)
        farthest = self.learning_rate * norms
        gap = tf.where(norms > 0, tf.math.divide_no_nan(target, norms) - before, 0.0)
        after = before + mask * tf.clip_by_value(gap, -farthest, farthest)
        after *= num_active / tf.maximum(tf.reduce_sum(after, axis=1, keepdims=True), _FLOOR)
        memory["task_weights"].assign(tf.where(problem.active, after / share, kept))
        return after

    def _rates(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """`[tasks]`, r, how far behind each active task is, after remembering first losses; 1 for the others."""
        seen, first = tf.convert_to_tensor(memory["seen"]), tf.convert_to_tensor(memory["initial_losses"])
        is_first = problem.active & (seen < self.initial_steps)
        first = tf.where(is_first, first + (problem.losses - first) / (seen + 1.0), first)
        memory["initial_losses"].assign(first)
        memory["seen"].assign_add(tf.cast(is_first, seen.dtype))
        left = problem.mask * tf.maximum(problem.losses, _FLOOR) / tf.maximum(first, _FLOOR)
        mean = tf.reduce_sum(left) / problem.num_active
        return tf.where(problem.active, tf.math.divide_no_nan(left, mean), 1.0)
