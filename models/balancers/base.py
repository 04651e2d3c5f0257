"""What every balancer is: a function from what a step has seen to one weight a loss."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar

from models.binding import Problem
from models.deferred import tf
from models.inputs import Input
from models.tasks import Loss

__all__ = ["Balancer", "Memory", "Seen", "remember"]

Memory = Mapping[str, "tf.Variable"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """What a training step shows its balancer, the same on every replica; no gradient flows through it.

    Attributes:
        losses: `[tasks]`, over the whole batch of all replicas; 0 where not active.
        active: `[tasks]`, bool; False for a task without one known label in the batch.
        step: Scalar int64, steps before this one; seeds random draws.
        declared: The losses as the task graph declares them, in order; their names, roles and factors.
        gram: `[groups, tasks, tasks]`, inner products of the gradients of all losses, each times its `loss_weight`,
            over each group of parameters; None unless the balancer needs it.
    """

    losses: tf.Tensor
    active: tf.Tensor
    step: tf.Tensor
    declared: tuple[Loss, ...]
    gram: tf.Tensor | None = None


class Balancer(abc.ABC):
    """Decides how much each task's loss counts in one step.

    One that weighs losses is given them as they are, and what it decides multiplies each `loss_weight`; one that
    weighs gradients is given those of the losses times `loss_weight`.

    Attributes:
        needs_gram: Whether it must see the Gram matrix of the task gradients.
    """

    needs_gram: ClassVar[bool] = False

    @property
    def needs_losses_after(self) -> bool:
        """Whether it must see the losses of the batch once more, after the update."""
        return False

    @property
    def least_steps(self) -> int:
        """How many steps training must take for it to do its work; whoever trains for fewer is warned."""
        return 0

    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """Why it cannot balance `losses`; paths are of its own fields."""
        del losses
        return []

    def input_problems(self, inputs: Sequence[Input]) -> list[Problem]:
        """Why it cannot be told apart what it must, by the `inputs` of the model; paths are of its own fields."""
        del inputs
        return []

    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """What its user should know before balancing `losses` so, in sentences."""
        del losses
        return []

    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """Makes its memory once, by `remember`; checkpoints hold it. Most balancers have none."""
        del losses, num_groups
        return {}

    @abc.abstractmethod
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """`[tasks]` weights, or `[groups, tasks]`, finite for finite input; those of inactive tasks do not count."""

    def learn(self, seen: Seen, losses_after: tf.Tensor, memory: Memory) -> None:
        """Takes in the losses after the update, `[tasks]`, where it needs them."""
        del seen, losses_after, memory

    def balance(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """`[tasks]` weights, or `[groups, tasks]`; an absent task has left the problem, so its weight is 0.

        A step whose losses or gradients are not finite, as the first ones of float16 are, leaves the memory as it was.
        """
        before = {name: tf.identity(variable) for name, variable in memory.items()}
        weights = tf.stop_gradient(self.weigh(seen, memory))
        num_tasks = seen.losses.shape[0]
        if weights.shape.rank not in (1, 2) or weights.shape[-1] != num_tasks:
            raise ValueError(
                f"`weigh` of {type(self).__name__} must return one weight a loss, {num_tasks}, got "
                f"{weights.shape}: return a tensor of that shape."
            )
        is_sound = _is_sound(seen)
        for name, variable in memory.items():
            variable.assign(tf.where(is_sound, variable, before[name]))
        return tf.where(seen.active, weights, tf.zeros_like(weights))


def _is_sound(seen: Seen) -> tf.Tensor:
    """Whether all that was seen is finite."""
    parts = [seen.losses] if seen.gram is None else [seen.losses, seen.gram]
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(part)) for part in parts])


def remember(name: str, initial: tf.Tensor) -> tf.Variable:
    """A variable for a balancer's memory: not trained, kept by checkpoints, the same on every replica."""
    return tf.Variable(
        initial,
        trainable=False,
        name=name,
        synchronization=tf.VariableSynchronization.ON_WRITE,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
    )
