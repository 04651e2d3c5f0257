"""Weights under which all losses fall at one relative speed."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.active_softmax import active_softmax
from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.checks import negative_warnings, positive_problems
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["FAMO", "After", "Descent"]

_MEAN_DECAY: Final = 0.9
_SQUARE_DECAY: Final = 0.999
_EPSILON: Final = 1e-8


class After(enum.Enum):
    """Which losses tell how far an update took each task.

    `SAME_BATCH`: of the batch it was computed on, seen once more: one forward pass more a step.
    `NEXT_BATCH`: of the next step's batch, which are computed anyway. The difference between two batches comes in as
        noise, of mean 0, and the last update of a run is never judged.
    """

    SAME_BATCH = "same_batch"
    NEXT_BATCH = "next_batch"


class Descent(enum.Enum):
    """How the logits descend: by Adam, as the authors' experiments do, or by plain steps, as their equation says."""

    ADAM = "adam"
    SGD = "sgd"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class FAMO(Balancer):
    """Fast adaptive multi-task optimization: seeks the update under which the slowest log-loss falls fastest.

    Logits x give shares z = softmax(x), and the weights are c z_k / L_k, with c such that they sum to 1. After each
    update x descends along J^T (log L before - log L after) + decay x, where J is the softmax' Jacobian: a task that
    fell more than the others, relative to its loss, loses share.

    Source: Liu, Feng, Stone and Liu, "FAMO: Fast Adaptive Multitask Optimization", NeurIPS 2023, Alg. 1.
    Differs: a loss below `floor` counts as `floor`, where theirs adds a constant; an absent task stays out of the
        softmax, and its logit stays as it was. `after: next_batch` sees the losses after the update on other rows.
    Cost: with `same_batch`, one forward pass more a step; with `next_batch`, nothing a step could show.

    Attributes:
        after: Which losses tell how far an update took each task.
        descent: How the logits descend.
        learning_rate: Of the logits.
        decay: Draws the logits back to equal shares.
        floor: The least loss that is believed.
    """

    method: Literal["famo"] = "famo"
    after: After = After.SAME_BATCH
    descent: Descent = Descent.ADAM
    learning_rate: float = 0.025
    decay: float = 0.001
    floor: float = 1e-6

    def __post_init__(self) -> None:
        problems = positive_problems({"learning_rate": self.learning_rate, "floor": self.floor})
        if not 0 <= self.decay < 1:
            problems.append(f"`decay` must be in [0, 1), got {self.decay!r}.")
        raise_if_any("balancing", problems)

    @property
    @override
    def needs_losses_after(self) -> bool:
        """Whether the step must compute the losses of its batch once more."""
        return self.after is After.SAME_BATCH

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """Losses that may be negative."""
        return negative_warnings(losses, "it counts as `floor` there, so it outweighs all others")

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """See `Balancer`."""
        kept = ["logits"]
        if self.descent is Descent.ADAM:
            kept += ["mean", "square", "num_steps"]
        if self.after is After.NEXT_BATCH:
            kept += ["previous", "was_active"]
        return {name: remember(name, tf.zeros([len(losses)])) for name in kept}

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        if self.after is After.NEXT_BATCH:
            in_both = seen.active & (memory["was_active"] > 0.0)
            self._descend(memory["previous"], seen.losses, memory, active=in_both)
            memory["previous"].assign(seen.losses)
            memory["was_active"].assign(tf.cast(seen.active, tf.float32))
        # c z / L, as a softmax: L may be too small to divide by.
        return active_softmax(memory["logits"] - self._logs(seen.losses), seen.active)

    @override
    def learn(self, seen: Seen, losses_after: tf.Tensor, memory: Memory) -> None:
        """See `Balancer`."""
        is_sound = tf.reduce_all(tf.math.is_finite(seen.losses) & tf.math.is_finite(losses_after))
        self._descend(seen.losses, losses_after, memory, active=seen.active & is_sound)

    def _descend(self, before: tf.Tensor, after: tf.Tensor, memory: Memory, *, active: tf.Tensor) -> None:
        """Moves the logits of `active` tasks by how far their losses fell."""
        logits = tf.convert_to_tensor(memory["logits"])
        fall = tf.where(active, self._logs(before) - self._logs(after), 0.0)
        shares = active_softmax(logits, active)
        gradient = shares * (fall - tf.reduce_sum(shares * fall)) + self.decay * logits
        step = self._adam(gradient, memory, active=active) if self.descent is Descent.ADAM else gradient
        memory["logits"].assign(tf.where(active, logits - self.learning_rate * step, logits))

    def _adam(self, gradient: tf.Tensor, memory: Memory, *, active: tf.Tensor) -> tf.Tensor:
        """Each task counts its own steps, so that one often absent is not taken for a settled one."""
        num_steps = memory["num_steps"] + tf.cast(active, tf.float32)
        mean = _MEAN_DECAY * memory["mean"] + (1.0 - _MEAN_DECAY) * gradient
        square = _SQUARE_DECAY * memory["square"] + (1.0 - _SQUARE_DECAY) * tf.square(gradient)
        for name, value in (("mean", mean), ("square", square), ("num_steps", num_steps)):
            memory[name].assign(tf.where(active, value, memory[name]))
        counted = tf.maximum(num_steps, 1.0)
        unbiased = mean / (1.0 - _MEAN_DECAY**counted)
        return unbiased / (tf.sqrt(square / (1.0 - _SQUARE_DECAY**counted)) + _EPSILON)

    def _logs(self, losses: tf.Tensor) -> tf.Tensor:
        return tf.math.log(tf.maximum(losses, self.floor))
