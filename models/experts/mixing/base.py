"""What the layer of every mixing is."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, cast

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.mixing.declared import BaseMixing
from models.experts.style import Style
from models.experts.wiring import Level, Stream

__all__ = ["GateMixing", "Mixed", "MixingLayer", "Outputs", "gate_input", "joined", "weigh"]

Outputs: TypeAlias = "tf.Tensor | Sequence[tf.Tensor]"
Mixed = tuple[list[tf.Tensor], dict[str, tf.Tensor]]
Declared = TypeVar("Declared", bound=BaseMixing)


class MixingLayer(tf.keras.layers.Layer, Generic[Declared]):
    """Turns the outputs of a level's experts into its streams.

    Call arguments:
        outputs: `[experts, batch, units]`, or a list of them by `Level.groups`: streams are then mixed one by one.
        below: What the level reads: for each stream below `[batch, width]`.
        gate_features: `[batch, width]`, what gates read besides the stream below, or None.

    Returns:
        The level's streams, `[batch, units]` each, in their order; and by name of each stream with a gate, `[batch,
        experts]`: how much of each of its experts it takes.

    Args:
        level: Its experts and streams, and this mixing.
        style: Of hidden layers, and the seed.
    """

    def __init__(self, *, level: Level, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.level = level
        self.style = style

    @property
    def mixing(self) -> Declared:
        """The declaration it was built from."""
        return cast(Declared, self.level.mixing)

    @property
    def has_gates(self) -> bool:
        """Whether a row decides how much it takes of each expert."""
        return False

    def connections(self) -> tf.Tensor | None:
        """`[streams, experts]`: how much of each every stream takes when serving, where one for all rows is learned."""
        return None

    def num_open(self) -> tf.Tensor | None:
        """How many connections are expected to be open in training; None where none closes."""
        return None

    @abc.abstractmethod
    @override
    def call(
        self,
        outputs: Outputs,
        below: Sequence[tf.Tensor],
        gate_features: tf.Tensor | None = None,
        training: bool | None = None,
    ) -> Mixed: ...

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "level": unbind(self.level), "style": unbind(self.style)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> MixingLayer[Declared]:
        declared = {"level": bind_or_raise(Level, config["level"]), "style": bind_or_raise(Style, config["style"])}
        return cls(**{**config, **declared})


class GateMixing(MixingLayer[Declared]):
    """A gate for each stream that has a choice; which, a subclass says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._gates = {
            stream.name: self.make_gate(len(stream.experts), name=f"{self.name}_{stream.name}".replace(" ", "-"))
            for stream in self.level.streams
            if stream.is_gated
        }

    @abc.abstractmethod
    def make_gate(self, num_experts: int, *, name: str) -> tf.keras.layers.Layer:
        """A layer from `[batch, width]` to `[batch, num_experts]` float32 shares."""

    @property
    @override
    def has_gates(self) -> bool:
        return bool(self._gates)

    @override
    def call(
        self,
        outputs: Outputs,
        below: Sequence[tf.Tensor],
        gate_features: tf.Tensor | None = None,
        training: bool | None = None,
    ) -> Mixed:
        """See `MixingLayer`."""
        del training  # Gates have no dropout and draw nothing.
        weights = {
            stream.name: self._gates[stream.name](gate_input(below[stream.gate_reads], gate_features))
            for stream in self.level.streams
            if stream.is_gated
        }
        return weigh(self.level, outputs, weights), weights


def gate_input(below: tf.Tensor, gate_features: tf.Tensor | None) -> tf.Tensor:
    """`[batch, width]`: what a gate reads, the stream below and what it is given besides."""
    if gate_features is None:
        return below
    return tf.concat([below, tf.cast(gate_features, below.dtype)], axis=1)


def joined(level: Level, outputs: Outputs) -> tf.Tensor:
    """`[experts, batch, units]`, in the level's order."""
    if not isinstance(outputs, Sequence):
        return outputs
    order = [place for places in level.groups for place in places]
    if len(outputs) == 1:
        return outputs[0]
    return tf.gather(tf.concat(list(outputs), axis=0), [order.index(place) for place in range(len(order))])


def weigh(level: Level, outputs: Outputs, weights: Mapping[str, tf.Tensor]) -> list[tf.Tensor]:
    """The level's streams by the `weights` of those that have a choice, `[batch, experts of the stream]` each."""
    if isinstance(outputs, Sequence):
        by_group: dict[tuple[int, ...], tf.Tensor] = dict(zip(level.groups, outputs, strict=True))
        return [_mixed(stream, by_group, weights.get(stream.name)) for stream in level.streams]
    alone = {stream.name: outputs[stream.experts[0]] for stream in level.streams if not stream.is_gated}
    gated = [stream for stream in level.streams if stream.is_gated]
    if not gated:
        return [alone[stream.name] for stream in level.streams]
    shares = tf.stack([_over_all(level, stream, weights[stream.name]) for stream in gated], axis=1)
    # [batch, streams, experts] x [batch, experts, units]: all streams are one batched product.
    mixed = tf.matmul(tf.cast(shares, outputs.dtype), tf.transpose(outputs, [1, 0, 2]))
    by_name = {stream.name: mix for stream, mix in zip(gated, tf.unstack(mixed, axis=1), strict=True)}
    return [{**alone, **by_name}[stream.name] for stream in level.streams]


def _mixed(stream: Stream, by_group: Mapping[tuple[int, ...], tf.Tensor], weights: tf.Tensor | None) -> tf.Tensor:
    """`[batch, units]`: one stream, of the groups that it mixes alone."""
    found = []
    for places, outputs in by_group.items():
        if places[0] in stream.experts:
            if weights is None:
                return outputs[places.index(stream.experts[0])]
            # A sum of products, since a matrix product a row, as einsum has it, takes four times as long.
            for place, output in zip(places, tf.unstack(outputs), strict=True):
                share = weights[:, stream.experts.index(place), None]
                found.append(tf.cast(share, output.dtype) * output)
    return tf.add_n(found)


def _over_all(level: Level, stream: Stream, weights: tf.Tensor) -> tf.Tensor:
    """`[batch, experts of the level]`; an expert outside the stream gets the weight 0."""
    num_experts = len(level.experts)
    if stream.experts == tuple(range(num_experts)):
        return weights
    return tf.matmul(weights, tf.one_hot(stream.experts, num_experts))
