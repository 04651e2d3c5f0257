"""The layer of `Connections`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.draws import add_count, counted_seed, open_uniform, replica
from models.experts.hard_concrete import HardConcrete
from models.experts.initial import StackedGlorot
from models.experts.mixing.base import Mixed, MixingLayer, Outputs, joined
from models.experts.mixing.declared import Connections
from models.gradients.reading import reading
from models.seeds import derive

__all__ = ["ConnectionsMixing", "OpenPenalty"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class OpenPenalty(tf.keras.regularizers.Regularizer):
    """The expected number of open gates, times a factor: Louizos et al., ICLR 2018, Eq. 12.

    Args:
        l0: The factor.
        hard_concrete: The gates' distribution.
    """

    def __init__(self, *, l0: float, hard_concrete: HardConcrete) -> None:
        self.l0, self.hard_concrete = l0, hard_concrete

    @override
    def __call__(self, log_alpha: tf.Tensor) -> tf.Tensor:
        return self.l0 * tf.reduce_sum(self.hard_concrete.open_probability(log_alpha))

    @override
    def get_config(self) -> dict[str, Any]:
        return {"l0": self.l0, "hard_concrete": unbind(self.hard_concrete)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> OpenPenalty:
        return cls(**{**config, "hard_concrete": bind_or_raise(HardConcrete, config["hard_concrete"])})


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class ConnectionsMixing(MixingLayer[Connections]):
    """A hard-concrete gate on each connection of an expert to a stream; see `Connections` and `MixingLayer`."""

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the gates, their count of draws and the matrices."""
        units, (streams, experts) = int(input_shape[-1]), (len(self.level.streams), len(self.level.experts))
        self._count = add_count(self)
        self._log_alpha = self.add_weight(
            name="log_alpha",
            shape=[streams, experts],
            initializer=tf.keras.initializers.Constant(self.mixing.log_alpha),
            regularizer=OpenPenalty(l0=self.mixing.l0, hard_concrete=self.mixing.hard_concrete),
            experimental_autocast=False,  # A gate of float16 would be off by a thousandth.
        )
        self._kernel = None
        if self.mixing.transform:
            self._kernel = self.add_weight(
                name="kernel",
                shape=[streams, experts * units, units],  # A stream's matrices W_ij, one under the other.
                initializer=StackedGlorot([derive(self.style.seed, self.name, s.name) for s in self.level.streams]),
                regularizer=tf.keras.regularizers.L2(self.style.l2) if self.style.l2 else None,
            )
        super().build(input_shape)

    @override
    def connections(self) -> tf.Tensor:
        return self.mixing.hard_concrete.settled(tf.convert_to_tensor(self._log_alpha))

    @override
    def num_open(self) -> tf.Tensor:
        return tf.reduce_sum(self.mixing.hard_concrete.open_probability(tf.convert_to_tensor(self._log_alpha)))

    def _uniform(self, training: bool | None) -> tf.Tensor | None:
        """`[streams, experts]` draws of a training step; None where nothing is drawn."""
        if not training:
            return None
        seed = counted_seed(derive(self.style.seed, self.name), self._count, num_replica=replica())
        self._count.assign_add(1)
        return open_uniform(self._log_alpha.shape, seed)

    @override
    def call(
        self,
        outputs: Outputs,
        below: Sequence[tf.Tensor],
        gate_features: tf.Tensor | None = None,
        training: bool | None = None,
    ) -> Mixed:
        """See `MixingLayer`."""
        del below, gate_features  # A connection is the same for all rows.
        together = joined(self.level, outputs)
        under_way = reading()
        if under_way is None:
            return self._mixed(together, self._log_alpha, self._kernel, self._uniform(training)), {}
        singles = [(place,) for place in range(len(self.level.streams))]
        log_alphas = under_way.split(self._log_alpha, singles)
        kernels = [None] * len(singles) if self._kernel is None else under_way.split(self._kernel, singles)
        draws = self._uniform(training)
        rows = [None] * len(singles) if draws is None else tf.unstack(draws[:, None])
        return [
            self._mixed(together, log_alpha, kernel, row)[0]
            for log_alpha, kernel, row in zip(log_alphas, kernels, rows, strict=True)
        ], {}

    def _mixed(
        self, outputs: tf.Tensor, log_alpha: tf.Tensor, kernel: tf.Tensor | None, uniform: tf.Tensor | None
    ) -> list[tf.Tensor]:
        """The streams whose rows `log_alpha`, `kernel` and the draws are."""
        log_alpha = tf.convert_to_tensor(log_alpha)
        gates = self.mixing.hard_concrete
        shares = gates.settled(log_alpha) if uniform is None else gates.sample(log_alpha, uniform)
        opened = tf.cast(shares, outputs.dtype)
        if kernel is None:
            return tf.unstack(tf.tensordot(opened, outputs, axes=1))
        streams, experts = opened.shape
        units = outputs.shape[-1]
        by_connection = tf.reshape(kernel, [streams, experts, units, units])
        all_open = tf.reshape(opened[:, :, None, None] * by_connection, [streams, experts * units, units])
        side_by_side = tf.reshape(tf.transpose(outputs, [1, 0, 2]), [-1, experts * units])
        all_streams = tf.reshape(tf.transpose(all_open, [1, 0, 2]), [experts * units, streams * units])
        return tf.split(tf.matmul(side_by_side, all_streams), streams, axis=1)
