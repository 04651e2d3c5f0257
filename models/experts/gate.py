"""A gate: how much of each expert."""

from __future__ import annotations

from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.seeds import derive

__all__ = ["Gate"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class Gate(tf.keras.layers.Layer):
    """Softmax of one linear map, without a bias.

    Call arguments:
        inputs: `[batch, width]`.

    Returns:
        `[batch, experts]`, not negative, each row summing to 1; float32 under mixed precision too, in float16 rows
        would be off by a thousandth.

    Source: Ma et al., "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts",
    KDD 2018, Eq. 7.

    Args:
        num_experts: How many it weighs.
        seed: Draws the initial weights.
    """

    def __init__(self, *, num_experts: int, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_experts = num_experts
        self.seed = seed

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        self._kernel = self.add_weight(
            name="kernel",
            shape=[int(input_shape[-1]), self.num_experts],
            initializer=tf.keras.initializers.GlorotUniform(derive(self.seed, self.name)),
        )
        super().build(input_shape)

    @override
    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.nn.softmax(tf.cast(tf.matmul(inputs, self._kernel), tf.float32))

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_experts": self.num_experts, "seed": self.seed}
