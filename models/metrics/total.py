"""The declared objective, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

__all__ = ["TotalLoss"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class TotalLoss(tf.keras.metrics.Metric):
    """Sum of `loss_weight` times each loss's mean over its own sample space, and the mean regularisation.

    It does not depend on how rows fall into batches, nor on a balancer's weights: training and evaluation compare.

    Args:
        loss_weights: One for each loss.
        name: Of the metric.
    """

    def __init__(self, loss_weights: Sequence[float], name: str = "loss", dtype: str = "float32") -> None:
        super().__init__(name=name, dtype=dtype)
        self.loss_weights = list(loss_weights)
        self._sums = self.add_weight("sums", shape=(len(self.loss_weights),), initializer="zeros")
        self._counts = self.add_weight("counts", shape=(len(self.loss_weights),), initializer="zeros")
        self._regularisation = self.add_weight("regularisation", initializer="zeros")
        self._steps = self.add_weight("steps", initializer="zeros")

    @override
    def update_state(self, sums: tf.Tensor, counts: tf.Tensor, regularisation: tf.Tensor) -> None:
        """Adds a batch: `[losses]` sums of losses and of weights, and a scalar."""
        self._sums.assign_add(sums)
        self._counts.assign_add(counts)
        self._regularisation.assign_add(regularisation)
        self._steps.assign_add(1.0)

    @override
    def reset_state(self) -> None:
        for variable in self.variables:  # Keras' own would assign a scalar to each.
            variable.assign(tf.zeros_like(variable))

    @override
    def result(self) -> tf.Tensor:
        means = tf.math.divide_no_nan(self._sums, self._counts)
        penalty = tf.math.divide_no_nan(self._regularisation, self._steps)
        return tf.reduce_sum(means * tf.constant(self.loss_weights)) + penalty

    @override
    def get_config(self) -> dict[str, Any]:
        return {"loss_weights": self.loss_weights, "name": self.name, "dtype": self.dtype}
