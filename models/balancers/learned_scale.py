"""What methods that learn one scale a loss have in common."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.checks import negative_warnings, positive_problems
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["LearnedScale"]

_LARGEST_STEP: Final = 1.0  # Of log w. Without it one loss of 1e6 throws its weight to e^-10000, for ever.


@dataclasses.dataclass(frozen=True, kw_only=True)
class LearnedScale(Balancer):
    """Moves the logarithm of each weight by gradient descent until weight times loss is `target`.

    log w <- log w + learning_rate * (target - w L), the gradient in closed form, so that no tape, no optimizer and no
    weight decay ever sees it. Each task is alone: an absent one neither moves nor moves others.

    Attributes:
        learning_rate: Of the logarithms.
        cap: The largest weight; None for no limit. A weight at the cap falls as soon as its loss asks for less.
        floor: The least loss that is believed, so that a loss of 0 asks for the weight target / floor at most.
        target: What each loss times its weight tends to.
    """

    target: ClassVar[float]

    learning_rate: float = 0.01
    cap: float | None = None
    floor: float = 1e-6

    def __post_init__(self) -> None:
        given = {"learning_rate": self.learning_rate, "cap": self.cap, "floor": self.floor}
        raise_if_any(
            "balancing", positive_problems({field: value for field, value in given.items() if value is not None})
        )

    @abc.abstractmethod
    def first_weight(self, loss: Loss) -> float:
        """What `loss` is weighed by in the first step."""

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Binary losses without a cap, and losses that may be negative."""
        found = negative_warnings(losses, f"below `floor` its weight tends to {self.target:g} / {self.floor:g}")
        binary = [f"`{loss.name}`" for loss in losses if loss.kind.is_binary]
        if self.cap is None and binary:
            found.append(
                f"`cap` is not set, and weights tend to {self.target:g} / loss: the rarer a positive, the smaller the "
                f"loss, so a sparse one of {', '.join(binary)} outweighs all others and soon overfits; set `cap`, "
                "such as 10."
            )
        return found

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """See `Balancer`."""
        first = [min(math.log(self.first_weight(loss)), self._largest) for loss in losses]
        return {"log_weights": remember("log_weights", tf.constant(first, tf.float32))}

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        log_weights = tf.convert_to_tensor(memory["log_weights"])
        weights = tf.exp(log_weights)
        pull = self.target - weights * tf.maximum(seen.losses, self.floor)
        moved = log_weights + tf.clip_by_value(self.learning_rate * pull, -_LARGEST_STEP, _LARGEST_STEP)
        memory["log_weights"].assign(tf.where(seen.active, tf.minimum(moved, self._largest), log_weights))
        return weights

    @property
    def _largest(self) -> float:
        """The largest logarithm of a weight."""
        return math.inf if self.cap is None else math.log(self.cap)
