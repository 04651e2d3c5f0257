"""Levels of experts and gates, from features to one representation a task."""

from __future__ import annotations

from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.bank import ExpertBank
from models.experts.gate import Gate
from models.experts.style import Style
from models.experts.wiring import Level, Wiring

__all__ = ["ExpertNetwork"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class ExpertNetwork(tf.keras.layers.Layer):
    """Any architecture that mixes experts by gates, as its wiring says.

    Call arguments:
        features: `[batch, width]`.

    Returns:
        `[tasks, batch, units]`, what each task's tower reads.

    Args:
        wiring: Experts, gates and what they read.
        style: Of the experts' layers.
    """

    def __init__(self, *, wiring: Wiring, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wiring, self.style = wiring, style
        self._banks = []
        self._gates = []
        for number, level in enumerate(self.wiring.levels, 1):
            names = [expert.name for expert in level.experts]
            bank = ExpertBank(
                names=names, units=level.units, style=self.style, name=f"experts_{number}", dtype=self.dtype_policy
            )
            gates = {
                stream.name: Gate(
                    num_experts=len(stream.experts),
                    seed=self.style.seed,
                    name=f"gate_{number}_{stream.name}".replace(" ", "-"),
                    dtype=self.dtype_policy,
                )
                for stream in level.streams
                if stream.is_gated
            }
            self._banks.append(bank)
            self._gates.append(gates)

    @property
    def gate_experts(self) -> dict[str, tuple[str, ...]]:
        """For each gate, by the names of `gate_weights`, the experts it weighs."""
        return {
            _gate_name(number, stream.name): tuple(level.experts[index].name for index in stream.experts)
            for number, level in enumerate(self.wiring.levels, 1)
            for stream in level.streams
            if stream.is_gated
        }

    @override
    def call(self, features: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        return self._run(features, training)[0]

    def gate_weights(self, features: tf.Tensor) -> dict[str, tf.Tensor]:
        """How much of each expert every gate takes: `[batch, experts]` under `level_<number>/<stream>`."""
        return self._run(tf.cast(features, self.compute_dtype), training=False)[1]

    def _run(self, features: tf.Tensor, training: bool | None) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        streams = [features]
        seen = {}
        for number, level in enumerate(self.wiring.levels, 1):
            reads = [expert.reads for expert in level.experts]
            inputs = streams[reads[0]] if len(set(reads)) == 1 else tf.stack([streams[read] for read in reads])
            outputs = self._banks[number - 1](inputs, training=training)
            weights = {
                stream.name: self._gates[number - 1][stream.name](streams[stream.gate_reads])
                for stream in level.streams
                if stream.is_gated
            }
            seen.update({_gate_name(number, name): value for name, value in weights.items()})
            streams = _mix(level, outputs, weights)
        return tf.stack([streams[index] for index in self.wiring.outputs]), seen

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "wiring": unbind(self.wiring), "style": unbind(self.style)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> ExpertNetwork:
        declared = {"wiring": bind_or_raise(Wiring, config["wiring"]), "style": bind_or_raise(Style, config["style"])}
        return cls(**{**config, **declared})


def _gate_name(number: int, stream: str) -> str:
    return f"level_{number}/{stream}"


def _mix(level: Level, outputs: tf.Tensor, weights: dict[str, tf.Tensor]) -> list[tf.Tensor]:
    """The level's streams, each `[batch, units]`, in their order."""
    alone = {stream.name: outputs[stream.experts[0]] for stream in level.streams if not stream.is_gated}
    gated = [stream for stream in level.streams if stream.is_gated]
    if not gated:
        return [alone[stream.name] for stream in level.streams]
    # An expert outside a stream gets the weight 0: so all streams are one batched product.
    spread = [tf.matmul(weights[stream.name], tf.one_hot(stream.experts, len(level.experts))) for stream in gated]
    shares = tf.cast(tf.stack(spread, axis=1), outputs.dtype)  # [batch, streams, experts]
    mixed = tf.unstack(tf.matmul(shares, tf.transpose(outputs, [1, 0, 2])), axis=1)
    by_name = {stream.name: mix for stream, mix in zip(gated, mixed, strict=True)}
    return [{**alone, **by_name}[stream.name] for stream in level.streams]
