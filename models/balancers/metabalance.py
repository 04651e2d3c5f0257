"""Magnitudes of auxiliary gradients, moved to the main task's."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory, Seen, remember
from models.balancers.gram import GramBalancer, GramProblem, Scope
from models.binding import Problem
from models.deferred import tf
from models.tasks import Loss, Role

__all__ = ["MetaBalance", "Strategy"]

_LARGEST: Final = 1e30  # A weight that float32 holds.


class Strategy(enum.Enum):
    """Which auxiliary gradients are moved to the main task's magnitude.

    `REDUCE`: the larger ones, strategy A of the paper. `ENLARGE`: the smaller ones, B. `BOTH`: all, C.
    """

    REDUCE = "reduce"
    ENLARGE = "enlarge"
    BOTH = "both"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class MetaBalance(GramBalancer):
    """Brings each auxiliary gradient nearer to the main task's magnitude, in each group of parameters by itself.

    A main task's weight is 1. An auxiliary one's is r m_main / m + 1 - r, with running means m of the gradients' norms,
    where `strategy` says so, else 1. Its scope is each layer by itself unless declared otherwise, as magnitudes differ
    from layer to layer.

    Source: He et al., "MetaBalance: Improving Multi-Task Recommendations via Adapting Gradient Magnitudes of Auxiliary
        Tasks", WWW 2022.
    Differs: of several main tasks the mean of their m counts. Means are corrected for their start at 0, so that tasks
        missing from some batches compare fairly; a step without gradient does not count. In a batch without a main
        task the means of all main tasks still hold.
    Cost: O(tasks) a step.

    Attributes:
        relax: r, in [0, 1]; at 1 magnitudes become equal, at 0 nothing changes.
        beta: Share of the past in a running mean, in [0, 1).
        strategy: Which auxiliary gradients are moved.
    """

    method: Literal["metabalance"] = "metabalance"
    scope: Scope = Scope.GROUP
    relax: float = 0.7
    beta: float = 0.9
    strategy: Strategy = Strategy.BOTH

    @override
    def setting_problems(self) -> list[str]:
        found = super().setting_problems()
        if not 0 <= self.relax <= 1:
            found.append(f"`relax` must be in [0, 1], got {self.relax!r}.")
        if not 0 <= self.beta < 1:
            found.append(f"`beta` must be in [0, 1), got {self.beta!r}.")
        return found

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """A graph in which one of the two roles is missing."""
        missing = [role.value for role in (Role.MAIN, Role.AUXILIARY) if role not in {loss.role for loss in losses}]
        if not missing:
            return []
        message = (
            f"`method` must not be metabalance where no task is {missing[0]}: declare `role: {missing[0]}` for a task, "
            "or take another method."
        )
        return [Problem(("method",), message)]

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """See `Balancer`."""
        names = ("norms", "counted")  # The running mean of norms, and of ones.
        return {name: remember(name, tf.zeros([num_groups, len(losses)], tf.float64)) for name in names}

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`; norms are remembered here, since a problem no longer knows how long gradients are."""
        if seen.gram is not None:
            norms = tf.sqrt(tf.maximum(tf.cast(tf.linalg.diag_part(seen.gram), tf.float64), 0.0))
            counts = seen.active & (norms > 0) & tf.math.is_finite(norms)
            for name, now in (("norms", norms), ("counted", tf.ones_like(norms))):
                before = tf.convert_to_tensor(memory[name])
                memory[name].assign(tf.where(counts, self.beta * before + (1 - self.beta) * now, before))
        return super().weigh(seen, memory)

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        counted = tf.convert_to_tensor(memory["counted"])
        means = tf.math.divide_no_nan(tf.convert_to_tensor(memory["norms"]), counted)
        is_main = tf.constant([loss.role is Role.MAIN for loss in problem.declared])
        is_known = is_main & (counted > 0)
        is_here = is_known & problem.active
        chosen = tf.where(tf.reduce_any(is_here, axis=1, keepdims=True), is_here, is_known)
        of_main = tf.reduce_sum(tf.where(chosen, means, 0.0), axis=1, keepdims=True)
        of_main = tf.math.divide_no_nan(of_main, tf.reduce_sum(tf.cast(chosen, means.dtype), axis=1, keepdims=True))
        is_moved = ~is_main & (counted > 0) & (of_main > 0) & self._is_chosen(means, of_main)
        moved = self.relax * tf.math.divide_no_nan(of_main, means) + 1.0 - self.relax
        return tf.where(is_moved, tf.minimum(moved, _LARGEST), 1.0)

    def _is_chosen(self, means: tf.Tensor, of_main: tf.Tensor) -> tf.Tensor:
        """Where the strategy lets the magnitude be moved."""
        match self.strategy:
            case Strategy.REDUCE:
                return means > of_main
            case Strategy.ENLARGE:
                return means < of_main
            case Strategy.BOTH:
                return tf.ones_like(means, tf.bool)
