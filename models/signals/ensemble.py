"""All signals of a model."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import final

import tensorflow as tf

from models.experts.style import Style
from models.gradients.reading import unread
from models.inputs.encoder import Lookup
from models.inputs.spec import Input
from models.signals import Position, SignalConfig
from models.signals.base import Scene
from models.signals.position_tower import PositionTower
from models.signals.views import Views

__all__ = ["Signals"]


@final
class Signals(tf.keras.layers.Layer):
    """The layers of all signals; none of them is served.

    Args:
        signals: As declared.
        inputs: All of the model's, those read in training alone too.
        style: Of hidden layers; its seed draws what is drawn.
    """

    def __init__(self, *, signals: Sequence[SignalConfig], inputs: Sequence[Input], style: Style) -> None:
        super().__init__(name="signals")
        self._declared = tuple(signals)
        self._by_name = {signal.name: signal.build(inputs, style) for signal in signals}

    def look_up(self, features: Mapping[str, tf.Tensor]) -> dict[str, Lookup]:
        """What is read of tables that no other part of the model reads, by column."""
        towers = [layer for layer in self._by_name.values() if isinstance(layer, PositionTower)]
        return {name: found for one in towers for name, found in one.encoder.look_up(features).items()}

    def see(self, features: Mapping[str, tf.Tensor]) -> None:
        """Takes in how often items come; once a step."""
        for layer in self._by_name.values():
            if isinstance(layer, Views):
                layer.see(features)

    def join(self, scene: Scene, *, training: bool | None) -> dict[str, tf.Tensor]:
        """The logits of all towers, in training with the positions', and what each signal with a loss has to say.

        In training an observed one is computed where no gradient leads from it into the network, and draws nothing in
        the network: what it adds is its own weights' alone. Elsewhere, its gradient can be looked at.
        """
        logits = dict(scene.logits)
        with tf.name_scope(self.name):
            for signal in self._declared:
                layer = self._by_name[signal.name]
                apart = signal.observed and bool(training)
                with unread() if apart else contextlib.nullcontext():
                    found = layer(_apart(scene) if apart else scene, training=training)
                    if isinstance(layer, Views) and apart:
                        found = tf.stop_gradient(found)
                if not isinstance(signal, Position):
                    logits[signal.name] = found
                elif signal.observed:
                    judged = tf.stack([scene.logits[task] for task in signal.tasks], axis=1)
                    logits[signal.name] = tf.stop_gradient(judged) + found
                elif training:
                    logits |= {
                        task: logits[task] + added
                        for task, added in zip(signal.tasks, tf.unstack(found, axis=1), strict=True)
                    }
        return logits


def _apart(scene: Scene) -> Scene:
    return scene._replace(representation=tf.stop_gradient(scene.representation))
