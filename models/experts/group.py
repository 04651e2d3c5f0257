"""All experts of a level, whatever they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.bank import ExpertBank
from models.experts.cross import CrossBank
from models.experts.style import Style
from models.experts.wiring import ExpertKind, Level
from models.gradients.reading import reading

__all__ = ["ExpertGroup"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class ExpertGroup(tf.keras.layers.Layer):
    """The experts of a level: those of one kind are one bank, so one product a layer.

    Call arguments:
        streams: What the level below offers, `[batch, width]` each, all of one width.
        apart: While a `Reading` is under way, for each of `Level.groups` what it reads in place of `streams`, or None.

    Returns:
        `[experts, batch, units]`, in the level's order; while a `Reading` is under way, a list of them by
        `Level.groups`.

    Args:
        level: Its experts; how they are mixed is not looked at.
        style: Of their layers.
    """

    def __init__(self, *, level: Level, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.level, self.style = level, style
        self._banks: dict[str, tf.keras.layers.Layer] = {}
        # Bank seeds follow from this layer's name: experts of one name differ from level to level.
        if names := self._names(ExpertKind.MLP):
            self._banks[ExpertKind.MLP.value] = ExpertBank(
                names=names,
                units=level.units,
                style=style,
                distance=level.distance,
                name=self.name,
                dtype=self.dtype_policy,
            )
        if names := self._names(ExpertKind.CROSS):
            self._banks[ExpertKind.CROSS.value] = CrossBank(
                names=names,
                depth=level.cross_depth,
                units=level.units[-1],
                style=style,
                name=f"{self.name}_cross",
                dtype=self.dtype_policy,
            )

    def _places(self, kind: ExpertKind) -> list[int]:
        return [place for place, expert in enumerate(self.level.experts) if expert.kind is kind]

    def _names(self, kind: ExpertKind) -> list[str]:
        return [self.level.experts[place].name for place in self._places(kind)]

    @override
    def call(
        self,
        streams: Sequence[tf.Tensor],
        training: bool | None = None,
        apart: Sequence[Sequence[tf.Tensor] | None] | None = None,
    ) -> tf.Tensor | list[tf.Tensor]:
        """Runs each kind's bank and puts the experts in order."""
        if reading() is not None:
            return self._apart([own or streams for own in apart or [None] * len(self.level.groups)], training=training)
        outputs, order = [], []
        for kind, bank in self._banks.items():
            places = self._places(ExpertKind(kind))
            outputs.append(bank(self._inputs(streams, places), training=training))
            order += places
        if len(outputs) == 1:
            return outputs[0]
        return tf.gather(tf.concat(outputs, axis=0), [order.index(place) for place in range(len(order))])

    def _inputs(self, streams: Sequence[tf.Tensor], places: Sequence[int]) -> tf.Tensor:
        """What the experts at `places` read: `[batch, width]`, or, of several streams, one for each."""
        reads = [self.level.experts[place].reads for place in places]
        return streams[reads[0]] if len(set(reads)) == 1 else tf.stack([streams[read] for read in reads])

    def _apart(self, streams: Sequence[Sequence[tf.Tensor]], *, training: bool | None) -> list[tf.Tensor]:
        read = dict(zip(self.level.groups, streams, strict=True))
        found: dict[tuple[int, ...], tf.Tensor] = {}
        for kind, bank in self._banks.items():
            of_kind = self._places(ExpertKind(kind))
            groups = [places for places in self.level.groups if places[0] in of_kind]
            within = [tuple(of_kind.index(place) for place in places) for places in groups]
            inputs = [self._inputs(read[places], places) for places in groups]
            found.update(zip(groups, bank(inputs, training=training, groups=within), strict=True))
        return [found[places] for places in self.level.groups]

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "level": unbind(self.level), "style": unbind(self.style)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> ExpertGroup:
        declared = {"level": bind_or_raise(Level, config["level"]), "style": bind_or_raise(Style, config["style"])}
        return cls(**{**config, **declared})
