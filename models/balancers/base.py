"""What every balancer is: a function from what a step has seen to one weight a loss."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from models.deferred import tf

__all__ = ["Balancer", "Seen", "remember"]


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a training step shows its balancer, the same on every replica; no gradient flows through it.

    Attributes:
        losses: `[tasks]`, over the whole batch of all replicas; 0 where not active.
        active: `[tasks]`, bool; False for a task without one known label in the batch.
        step: Scalar int64, steps before this one; seeds random draws.
        gram: `[tasks, tasks]`, inner products of the task gradients; None unless the balancer needs it.
    """

    losses: tf.Tensor
    active: tf.Tensor
    step: tf.Tensor
    gram: tf.Tensor | None = None


class Balancer(abc.ABC):
    """Decides how much each task's loss counts in one step.

    Attributes:
        needs_gram: Whether it must see the Gram matrix of the task gradients.
    """

    needs_gram: ClassVar[bool] = False

    def build(self, num_losses: int) -> dict[str, tf.Variable]:
        """Makes its memory once, by `remember`; checkpoints hold it. Most balancers have none."""
        del num_losses
        return {}

    @abc.abstractmethod
    def weigh(self, seen: Seen, memory: Mapping[str, tf.Variable]) -> tf.Tensor:
        """`[tasks]` weights, finite for finite input; what it says of an inactive task does not count."""

    def balance(self, seen: Seen, memory: Mapping[str, tf.Variable]) -> tf.Tensor:
        """`[tasks]` weights; an absent task has left the problem, so its weight is 0."""
        weights = tf.stop_gradient(self.weigh(seen, memory))
        if not weights.shape.is_compatible_with(seen.losses.shape):
            raise ValueError(
                f"`weigh` of {type(self).__name__} must return one weight a loss, {seen.losses.shape}, got "
                f"{weights.shape}: return a tensor of that shape."
            )
        return tf.where(seen.active, weights, tf.zeros_like(weights))


def remember(name: str, initial: tf.Tensor) -> tf.Variable:
    """A variable for a balancer's memory: not trained, kept by checkpoints, the same on every replica."""
    return tf.Variable(
        initial,
        trainable=False,
        name=name,
        synchronization=tf.VariableSynchronization.ON_WRITE,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
