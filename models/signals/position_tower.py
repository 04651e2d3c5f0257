"""The logits that a position adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import tensorflow as tf
from typing_extensions import override

from models.experts.draws import add_count, counted_seed, replica
from models.experts.style import Style
from models.inputs.encoder import InputEncoder
from models.inputs.spec import Input
from models.seeds import derive
from models.signals.base import Scene
from models.signals.decoder import tower

if TYPE_CHECKING:
    from models.signals.position import Position

__all__ = ["PositionTower"]


@final
class PositionTower(tf.keras.layers.Layer):
    """What is added to the logits of the declared tasks, `[batch, tasks]` float32: 0 on the mean of a batch's rows.

    And 0 in rows where it is left out.

    Args:
        settings: As declared.
        column: The position, which it embeds by itself.
        style: Of hidden layers.
    """

    def __init__(self, *, settings: Position, column: Input, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings, self._column = settings, column
        self._seed = derive(style.seed, self.name, "left out")
        self.encoder = InputEncoder(inputs=[column], seed=style.seed, name="inputs", dtype="float32")
        self._layers = tower(self.name, settings.hidden, width=len(settings.tasks), style=style)

    @override
    def build(self, input_shape: Any) -> None:  # Of a scene, which has many shapes; none is needed.
        del input_shape
        self._count = add_count(self)
        super().build(None)

    @override
    def call(self, scene: Scene, training: bool | None = None) -> tf.Tensor:
        """See the class."""
        added = self._added(scene.features, scene.vectors)
        if not training:
            return added
        seed = counted_seed(self._seed, self._count, num_replica=replica())
        self._count.assign_add(1)
        drawn = tf.random.stateless_uniform([tf.shape(added)[0], 1], seed)
        return tf.where(drawn < self._settings.dropout, 0.0, added)

    def _added(self, features: Mapping[str, tf.Tensor], vectors: Mapping[str, tf.Tensor] | None) -> tf.Tensor:
        hidden = self.encoder(features, vectors=vectors)[self._column.name]
        for layer in self._layers:
            hidden = layer(hidden)[0]
        # Or a part of the base rate would be learnt here, and be missing where it is served.
        return hidden - tf.reduce_mean(hidden, axis=0, keepdims=True)
