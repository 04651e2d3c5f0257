"""What every gradient method is: a function from the Gram matrix of the task gradients to task weights."""

from __future__ import annotations

import abc
import dataclasses
import enum
from typing import ClassVar

from typing_extensions import override

from models.balancers.base import Balancer, Memory, Seen
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["GramBalancer", "GramProblem", "Scope", "TaskParameters", "normalised"]


class Scope(enum.Enum):
    """Over which gradients the Gram matrix is taken.

    `PARAMETERS`: of every parameter that two or more losses reach, rows of embedding tables included: exact.
    `REPRESENTATION`: of the outputs of the last level's shared experts; one backward pass through what is before them.
    `GROUP`: as `PARAMETERS`, but each layer and each embedding table has a matrix and weights of its own.
    """

    PARAMETERS = "parameters"
    REPRESENTATION = "representation"
    GROUP = "group"


class TaskParameters(enum.Enum):
    """What a task's own parameters receive: that loss' gradient as it is, or times its weight.

    A task's own are those beyond the last shared representation that one loss alone reaches: towers, gates of the last
    level, a task's own experts of it. All others get weighted gradients.
    """

    UNWEIGHTED = "unweighted"
    WEIGHTED = "weighted"


@dataclasses.dataclass(frozen=True, kw_only=True)
class GramProblem:
    """What a gradient method solves, in float64; a task that is not active is no part of it.

    Attributes:
        gram: `[groups, tasks, tasks]`, symmetric and positive semidefinite, scaled so that the mean of each group's
            active diagonal is 1; rows and columns of inactive tasks are 0. A group without any gradient, or with one
            that is not finite, has the identity.
        active: `[tasks]`, bool.
        losses: `[tasks]`, 0 where not active.
        step: Scalar int64.
        declared: See `Seen`.
    """

    gram: tf.Tensor
    active: tf.Tensor
    losses: tf.Tensor
    step: tf.Tensor
    declared: tuple[Loss, ...]

    @property
    def mask(self) -> tf.Tensor:
        """`[tasks]`, 1 for an active task, else 0."""
        return tf.cast(self.active, self.gram.dtype)

    @property
    def num_active(self) -> tf.Tensor:
        """A scalar of the matrix's type, 1 at least."""
        return tf.maximum(tf.reduce_sum(self.mask), 1.0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GramBalancer(Balancer):
    """A method that reads nothing of the gradients but their inner products.

    Attributes:
        compares_one_layer: Whether it is shown the gradients of a single layer: its `layer`, or the last shared one.
        scope: Over which gradients these are taken.
        task_parameters: What a task's own parameters receive.
        update_every: Steps between two decisions; in between, the last weights hold and a step costs what a plain one
            does, but with scope `group`, on several replicas and with batches in several parts, where each step takes
            all gradients.
    """

    needs_gram: ClassVar[bool] = True
    compares_one_layer: ClassVar[bool] = False

    scope: Scope = Scope.PARAMETERS
    task_parameters: TaskParameters = TaskParameters.UNWEIGHTED
    update_every: int = 1

    def __post_init__(self) -> None:
        raise_if_any("balancing", self.setting_problems())

    def setting_problems(self) -> list[str]:
        """What is wrong with its settings, whatever the tasks; a method adds its own."""
        if self.update_every < 1:
            return [f"`update_every` must be 1 or more, got {self.update_every!r}."]
        return []

    @abc.abstractmethod
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """`[groups, tasks]` float64, the equation of the method; batched over groups, no Python branch on a tensor."""

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """`[groups, tasks]` float32; see `Balancer`."""
        if seen.gram is None:
            raise ValueError(f"`gram` must be seen by {type(self).__name__}, got None: give its Gram matrices.")
        num_tasks = len(seen.declared)
        if seen.gram.shape.rank != 3 or seen.gram.shape[1:] != [num_tasks, num_tasks]:
            raise ValueError(
                f"`gram` must be [groups, {num_tasks}, {num_tasks}], got {seen.gram.shape}: give one matrix a group."
            )
        problem = GramProblem(
            gram=normalised(seen.gram, seen.active),
            active=seen.active,
            losses=tf.cast(seen.losses, tf.float64),
            step=seen.step,
            declared=seen.declared,
        )
        return tf.cast(self.weights(problem, memory), tf.float32)


def normalised(gram: tf.Tensor, active: tf.Tensor) -> tf.Tensor:
    """Float64 matrices, `[groups, tasks, tasks]`, as `GramProblem.gram` promises."""
    mask = tf.cast(active, tf.float64)
    both = mask[:, None] * mask
    wide = tf.cast(gram, tf.float64)
    finite = tf.reduce_all(tf.math.is_finite(wide), axis=[1, 2], keepdims=True)
    symmetric = tf.where(finite & (both > 0), 0.5 * (wide + tf.linalg.matrix_transpose(wide)), 0.0)
    scale = tf.linalg.trace(symmetric)[:, None, None] / tf.maximum(tf.reduce_sum(mask), 1.0)
    identity = tf.linalg.diag(mask)
    return tf.where(scale > 0, tf.math.divide_no_nan(symmetric, scale), identity)
