"""Weights from how fast each loss falls."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.active_softmax import active_softmax
from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.checks import negative_warnings, positive_problems
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["DWA"]

_LARGEST_LOGIT: Final = 1e29


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class DWA(Balancer):
    """Dynamic weight average: the slower a loss fell from one window of steps to the next, the more it counts.

    The weights of K tasks are K softmax(r / temperature), where r is a task's mean loss in the last full window over
    that in the one before; they are 1 in the first two windows. At a temperature of 2 and losses that fall by some
    percent a window they stay within a few percent of 1.

    Source: Liu, Johns and Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, section 3.
    Differs: windows count steps, not epochs, for a model that trains for one epoch never reaches the third; a task
        whose labels were missing throughout a window keeps its means, and counts 1 until it has two.
    Cost: nothing a step could show.

    Attributes:
        window: Steps that a mean is taken over. Weights first differ from 1 after two of them.
        temperature: The higher, the nearer all weights are to 1.
        floor: The least mean loss that is believed.
    """

    method: Literal["dwa"] = "dwa"
    window: int
    temperature: float = 2.0
    floor: float = 1e-6

    def __post_init__(self) -> None:
        problems = positive_problems({"temperature": self.temperature, "floor": self.floor})
        if self.window < 1:
            problems.insert(0, f"`window` must be 1 step or more, got {self.window!r}.")
        raise_if_any("balancing", problems)

    @property
    @override
    def least_steps(self) -> int:
        """Three windows: in the first two all weights are 1."""
        return 3 * self.window

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Losses that may be negative."""
        return negative_warnings(losses, "its mean counts as `floor` there, so its speed says nothing")

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """See `Balancer`: the window that is open, and the means of the two before it."""
        kept = ("mean", "num_seen", "last", "before", "num_windows")
        memory = {name: remember(name, tf.zeros([len(losses)])) for name in kept}
        return {**memory, "steps": remember("steps", tf.zeros([], tf.int64))}

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`: from the windows before this step's, which the step then enters."""
        last, before = (tf.maximum(memory[name], self.floor) for name in ("last", "before"))
        logits = tf.minimum(last / before / self.temperature, _LARGEST_LOGIT)
        timed = seen.active & (memory["num_windows"] >= 2.0)
        num_timed = tf.reduce_sum(tf.cast(timed, tf.float32))
        weights = tf.where(timed, num_timed * active_softmax(logits, timed), 1.0)
        self._observe(seen, memory)
        return weights

    def _observe(self, seen: Seen, memory: Memory) -> None:
        num_seen = memory["num_seen"] + tf.cast(seen.active, tf.float32)
        change = (seen.losses - memory["mean"]) / tf.maximum(num_seen, 1.0)
        mean = memory["mean"] + tf.where(seen.active, change, 0.0)
        steps = memory["steps"] + 1
        is_over = steps >= self.window
        closes = is_over & (num_seen > 0.0)
        memory["before"].assign(tf.where(closes, memory["last"], memory["before"]))
        memory["last"].assign(tf.where(closes, mean, memory["last"]))
        memory["num_windows"].assign_add(tf.cast(closes, tf.float32))
        memory["mean"].assign(mean)  # The first step of a window replaces it.
        memory["num_seen"].assign(tf.where(is_over, 0.0, num_seen))
        memory["steps"].assign(tf.where(is_over, tf.zeros_like(steps), steps))
