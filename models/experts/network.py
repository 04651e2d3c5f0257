"""Levels of experts and gates, from features to one representation a task."""

from __future__ import annotations

from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.base import Network, Shares
from models.experts.group import ExpertGroup
from models.experts.style import Style
from models.experts.wiring import Wiring
from models.gradients.reading import reading

__all__ = ["ExpertNetwork"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class ExpertNetwork(Network):
    """Any architecture of levels of experts, as its wiring says; see `Network`.

    Args:
        wiring: Experts, streams, how these mix them, and what they read.
        style: Of the experts' layers.
    """

    def __init__(self, *, wiring: Wiring, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wiring, self.style = wiring, style
        levels = list(enumerate(self.wiring.levels, 1))
        self._groups = [
            ExpertGroup(level=level, style=style, name=f"experts_{number}", dtype=self.dtype_policy)
            for number, level in levels
        ]
        self._mixings = [
            level.mixing.build(level, style, number=number, dtype=self.dtype_policy) for number, level in levels
        ]

    @property
    @override
    def gate_experts(self) -> dict[str, tuple[str, ...]]:
        return {
            _gate_name(number, stream.name): tuple(level.experts[index].name for index in stream.experts)
            for number, (level, mixing) in enumerate(zip(self.wiring.levels, self._mixings, strict=True), 1)
            if mixing.has_gates
            for stream in level.streams
            if stream.is_gated
        }

    @override
    def call(
        self, features: tf.Tensor, gate_features: tf.Tensor | None = None, training: bool | None = None
    ) -> tf.Tensor:
        return self._run(features, gate_features, training=training)[0]

    @override
    def gate_weights(self, features: tf.Tensor, gate_features: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        return self._run(tf.cast(features, self.compute_dtype), gate_features, training=False)[1]

    @override
    def connection_map(self) -> dict[str, Shares]:
        shown = {}
        for number, (level, mixing) in enumerate(zip(self.wiring.levels, self._mixings, strict=True), 1):
            values = mixing.connections()
            if values is not None:
                streams = tuple(stream.name for stream in level.streams)
                shown[f"level_{number}"] = Shares(streams, tuple(expert.name for expert in level.experts), values)
        return shown

    @override
    def num_open(self) -> dict[str, tf.Tensor]:
        counts = {f"level_{number}": mixing.num_open() for number, mixing in enumerate(self._mixings, 1)}
        return {level: count for level, count in counts.items() if count is not None}

    def _run(
        self, features: tf.Tensor, gate_features: tf.Tensor | None, *, training: bool | None
    ) -> tuple[tf.Tensor | list[tf.Tensor], dict[str, tf.Tensor]]:
        streams = [features]
        seen = {}
        under_way = reading()
        for number, (group, mixing) in enumerate(zip(self._groups, self._mixings, strict=True), 1):
            below = streams
            if under_way is not None and number == len(self._groups):
                below = [under_way.port(stream) for stream in streams]
                gate_features = None if gate_features is None else under_way.port(gate_features)
                shared = self.wiring.shared_groups
                outputs = group(streams, apart=[None if one else below for one in shared], training=training)
                under_way.experts += [output for output, one in zip(outputs, shared, strict=True) if one]
            else:
                outputs = group(streams, training=training)
            streams, weights = mixing(outputs, below, gate_features=gate_features, training=training)
            seen.update({_gate_name(number, name): value for name, value in weights.items()})
        read = [streams[index] for index in self.wiring.outputs]
        return (tf.stack(read) if under_way is None else read), seen

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
