"""What every optimizer declaration is."""

from __future__ import annotations

import abc
import math

from models.deferred import tf

__all__ = ["Optimizer", "rate_problems"]


class Optimizer(abc.ABC):
    """Makes the Keras optimizers that a declaration stands for."""

    @abc.abstractmethod
    def for_dense(self) -> tf.keras.optimizers.Optimizer:
        """For weights that every step touches as a whole."""

    @abc.abstractmethod
    def for_rows(self) -> tf.keras.optimizers.Optimizer:
        """For embedding tables: a step costs as much as the rows it touches, whatever the table's size."""


def rate_problems(learning_rate: float) -> list[str]:
    """What is wrong with a learning rate."""
    if 0 < learning_rate < math.inf:
        return []
    return [f"`learning_rate` must be positive, got {learning_rate!r}."]
