"""What every auxiliary signal is: a declaration of what a model learns beside its tasks."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from models.binding import Problem
from models.deferred import tf
from models.experts.style import Style
from models.heads import HeadConfig
from models.inputs.spec import Input

if TYPE_CHECKING:
    from models.tasks import Task, TaskGraph

__all__ = ["Scene", "Signal", "common_problems"]

Parts = Mapping[str, "tf.Tensor"]


class Scene(NamedTuple):
    """What a signal sees of one forward pass.

    Attributes:
        features: Of the batch, by input name.
        vectors: What was looked up in tables, by column; None where the tables are to be read.
        logits: By tower.
        representation: `[batch, width]` float32: the mean over tasks of what their towers read.
        again: From a change of the embedded inputs, and whether to draw, to the representation of what is changed.
    """

    features: Mapping[str, tf.Tensor]
    vectors: Mapping[str, tf.Tensor] | None
    logits: Mapping[str, tf.Tensor]
    representation: tf.Tensor
    again: Callable[[Callable[[Parts], Parts], bool | None], tf.Tensor]


class Signal(abc.ABC):
    """Something to be learnt that is not served; a frozen declaration.

    Attributes:
        name: A lower-case word; names the loss.
        kind: Its key in the catalogue.
        observed: Whether it is looked at only: nothing but weights of its own learns of it.
        loss_weight: Factor of its loss in the sum; 0 where it has none of its own.
    """

    name: str
    kind: str
    observed: bool
    loss_weight: float

    @property
    def has_loss(self) -> bool:
        """Whether its loss is one of those that are shown; one that is balanced too unless it is observed."""
        return True

    @property
    def training_inputs(self) -> tuple[str, ...]:
        """Inputs that it reads in training alone, so that no request is asked for them."""
        return ()

    @property
    @abc.abstractmethod
    def head(self) -> HeadConfig:
        """The head whose loss its own is most like, for balancers that tell losses apart by their heads."""

    @abc.abstractmethod
    def problems(self, tasks: Sequence[Task] | None, inputs: Sequence[Input] | None) -> list[Problem]:
        """Why it cannot be learnt beside `tasks` from `inputs`; paths are of its own fields.

        Args:
            tasks: Of the model; None where they are not known, and nothing is said of them.
            inputs: All, those read in training alone too; None likewise.
        """

    @abc.abstractmethod
    def build(self, inputs: Sequence[Input], style: Style) -> tf.keras.layers.Layer:
        """The layer that computes it: from a `Scene`, and whether to draw, to what `terms` reads."""

    def terms(
        self, said: tf.Tensor, tasks: TaskGraph, targets: Mapping[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Weighted losses of rows, what their sum is divided by, and the rows' weights.

        Args:
            said: What its layer gave; by default losses of rows, which all count alike.
            tasks: Of the model.
            targets: As of `loss_rows`.
        """
        del tasks, targets
        weights = tf.ones_like(said)
        return said, tf.reduce_sum(weights), weights


def common_problems(signal: Signal) -> list[str]:
    """What is wrong with the fields that all have."""
    from models.tasks.task import NAME_PATTERN

    problems = []
    if not NAME_PATTERN.fullmatch(signal.name):
        problems.append(f"`name` must be a lower-case word of letters, digits and _, got {signal.name!r}.")
    if not 0 <= signal.loss_weight < math.inf:
        problems.append(f"`loss_weight` must be 0 or positive, got {signal.loss_weight!r}.")
    return problems
