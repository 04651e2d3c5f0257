"""Gradient descent that visits only the rows a step touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

__all__ = ["RowSGD"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class RowSGD(tf.keras.optimizers.Optimizer):
    """Subtracts the gradient times the learning rate.

    Differs: it has no momentum. Keras' own keeps a momentum of every weight even where that is 0, and with it visits
    the whole table.
    """

    def __init__(self, learning_rate: float = 0.01, *, name: str = "row_sgd", jit_compile: bool = False) -> None:
        super().__init__(name=name, weight_decay=None, jit_compile=jit_compile)
        self._learning_rate = self._build_learning_rate(learning_rate)

    @override
    def build(self, var_list: Sequence[tf.Variable]) -> None:
        super().build(var_list)
        self._built = True

    @override
    def update_step(self, gradient: tf.Tensor | tf.IndexedSlices, variable: tf.Variable) -> None:
        """Moves `variable`, or the rows of it that `gradient` holds, each named once."""
        rate = tf.cast(self.learning_rate, variable.dtype)
        if isinstance(gradient, tf.IndexedSlices):
            rows = gradient.indices
            variable.scatter_update(tf.IndexedSlices(tf.gather(variable, rows) - rate * gradient.values, rows))
        else:
            variable.assign_sub(rate * gradient)

    @override
    def get_config(self) -> dict[str, Any]:
        rate = self._serialize_hyperparameter(self._learning_rate)
        return {"learning_rate": rate, "name": self.name, "jit_compile": self.jit_compile}
