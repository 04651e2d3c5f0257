"""The layer of `Stitch`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import tensorflow as tf
from typing_extensions import override

from models.experts.mixing.base import Mixed, MixingLayer, Outputs, joined
from models.experts.mixing.declared import Stitch
from models.gradients.reading import reading

__all__ = ["StitchMixing"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class StitchMixing(MixingLayer[Stitch]):
    """One learned number for each stream and expert; see `Stitch` and `MixingLayer`."""

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the matrix, unless there is one task alone."""
        num_tasks = len(self.level.experts)
        self._matrix = None
        if num_tasks > 1:
            others = (1.0 - self.mixing.own_share) / (num_tasks - 1)
            initial = others + (self.mixing.own_share - others) * tf.eye(num_tasks)
            self._matrix = self.add_weight(
                name="shares",
                shape=[num_tasks, num_tasks],
                initializer=lambda shape, dtype: tf.cast(initial, dtype),
                experimental_autocast=False,  # Shares near 1 learn in steps too small for float16.
            )
        super().build(input_shape)

    @override
    def connections(self) -> tf.Tensor | None:
        return None if self._matrix is None else tf.convert_to_tensor(self._matrix)

    @override
    def call(
        self,
        outputs: Outputs,
        below: Sequence[tf.Tensor],
        gate_features: tf.Tensor | None = None,
        training: bool | None = None,
    ) -> Mixed:
        """See `MixingLayer`."""
        del below, gate_features, training  # A share is the same for all rows, in training too.
        if self._matrix is None:
            return tf.unstack(joined(self.level, outputs)), {}
        together = joined(self.level, outputs)
        under_way = reading()
        if under_way is None:
            return tf.unstack(tf.tensordot(tf.cast(self._matrix, together.dtype), together, axes=1)), {}
        rows = under_way.split(self._matrix, [(place,) for place in range(len(self.level.streams))])
        return [tf.tensordot(tf.cast(row[0], together.dtype), together, axes=1) for row in rows], {}
