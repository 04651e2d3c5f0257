"""The geometric mean of losses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Balancer, Memory, Seen
from models.balancers.checks import negative_warnings, positive_problems
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["Geometric"]

_LARGEST_LOG: Final = 80.0  # exp of it is still a float32.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Geometric(Balancer):
    """Follows the gradient of the geometric mean of losses, M = (L_1 ... L_K)^(1/K): the weights are M / (K L_k).

    Each task's relative decrease counts the same, whatever the scale of its loss.

    Source: Chennupati et al., "MultiNet++: Multi-Stream Feature Aggregation and Geometric Loss Strategy for Multi-Task
        Learning", CVPR Workshops 2019.
    Differs: as weights of the losses, so that the gradients are those of M but M is never formed; a loss below `floor`
        counts as `floor`, and its gradient is still followed.
    Cost: nothing a step could show.

    Attributes:
        floor: The least loss that is believed.
    """

    method: Literal["geometric"] = "geometric"
    floor: float = 1e-6

    def __post_init__(self) -> None:
        raise_if_any("balancing", positive_problems({"floor": self.floor}))

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Losses that may be negative."""
        return negative_warnings(losses, "it counts as `floor` there, so it outweighs all others")

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        del memory
        mask = tf.cast(seen.active, tf.float32)
        num_active = tf.maximum(tf.reduce_sum(mask), 1.0)
        logs = tf.math.log(tf.maximum(seen.losses, self.floor))
        log_mean = tf.reduce_sum(mask * logs) / num_active
        return tf.exp(tf.minimum(log_mean - logs, _LARGEST_LOG)) / num_active
