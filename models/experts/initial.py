"""Initial weights of stacked experts: each drawn from a seed of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

__all__ = ["StackedGlorot"]

_GLOROT_NUMERATOR = 6.0  # Glorot and Bengio, AISTATS 2010, Eq. 16.


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class StackedGlorot(tf.keras.initializers.Initializer):
    """Glorot's uniform draw for each matrix of a `[len(seeds), inputs, outputs]` stack.

    Keras' own would take the stack's first axis for a convolution's, and draw all experts too small.

    Args:
        seeds: One for each matrix; equal seeds give equal matrices.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self.seeds = list(seeds)

    @override
    def __call__(self, shape: Sequence[int], dtype: tf.DType = tf.float32, **kwargs: Any) -> tf.Tensor:
        del kwargs  # Keras passes layout hints that a stateless draw does not need.
        _, inputs, outputs = shape
        limit = (_GLOROT_NUMERATOR / (inputs + outputs)) ** 0.5
        draws = [
            tf.random.stateless_uniform([inputs, outputs], [seed, 0], minval=-limit, maxval=limit, dtype=dtype)
            for seed in self.seeds
        ]
        return tf.stack(draws)

    @override
    def get_config(self) -> dict[str, Any]:
        return {"seeds": self.seeds}
