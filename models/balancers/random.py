"""Weights drawn anew in every step."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from typing_extensions import override

from models.balancers.active_softmax import active_softmax
from models.balancers.base import Balancer, Memory, Seen
from models.deferred import tf
from models.seeds import derive

__all__ = ["Random"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Random(Balancer):
    """Random loss weighting: K times the softmax of K normal draws; what any other method should beat.

    Source: Lin, Ye, Zhang and Tsang, "Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task
        Learning", TMLR 2022.
    Differs: weights sum to K, not 1, so that on average each is 1 and learning rates mean what they do under a plain
        sum. A loss' draw hangs on `seed`, its name and the step alone: a resumed run repeats, and other tasks do not
        change it. XLA's draws are other numbers than those of a plain graph.
    Cost: one draw a task.

    Attributes:
        seed: Picks the draws.
    """

    method: Literal["random"] = "random"
    seed: int = 0

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        del memory
        keys = [derive(self.seed, "random weighting", loss.name) for loss in seen.declared]
        # Philox by name, for the default is another algorithm on some devices.
        draws = [tf.random.stateless_normal([], tf.stack([key, seen.step]), alg="philox") for key in keys]
        num_active = tf.reduce_sum(tf.cast(seen.active, tf.float32))
        return num_active * active_softmax(tf.stack(draws), seen.active)
