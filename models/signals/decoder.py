"""From the representation back to inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.experts.bank import ExpertBank
from models.experts.style import Activation, Style
from models.inputs.spec import EmbeddingInput, Input
from models.signals.base import Scene

__all__ = ["Decoder", "tower"]


@final
class Decoder(tf.keras.layers.Layer):
    """The reconstruction loss of each row, `[batch]`.

    Args:
        inputs: What is told.
        hidden: Widths of hidden layers.
        style: Of these.
    """

    def __init__(self, *, inputs: Sequence[Input], hidden: tuple[int, ...], style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._inputs = tuple(inputs)
        self._widths = [one.num_ids if isinstance(one, EmbeddingInput) else 1 for one in inputs]
        self._layers = tower(self.name, hidden, width=sum(self._widths), style=style)

    @override
    def call(self, scene: Scene, training: bool | None = None) -> tf.Tensor:
        """See the class."""
        told = scene.representation
        for layer in self._layers:
            told = layer(told, training=training)[0]
        losses = []
        for one, logits in zip(self._inputs, tf.split(told, self._widths, axis=1), strict=True):
            values = scene.features[one.name]
            if isinstance(one, EmbeddingInput):
                losses.append(tf.nn.sparse_softmax_cross_entropy_with_logits(values, logits))
            else:
                losses.append(tf.square(tf.cast(values, tf.float32) - logits[:, 0]))
        return tf.add_n(losses) / len(losses)


def tower(name: str, hidden: Sequence[int], *, width: int, style: Style) -> list[ExpertBank]:
    """Hidden layers, if any, and a linear one of `width`, in float32; each gives `[1, batch, units]`."""
    plain = dataclasses.replace(style, dropout=0.0, l2=0.0)
    linear = dataclasses.replace(plain, activation=Activation.LINEAR)
    below = [ExpertBank(names=[name], units=hidden, style=plain, name=f"{name}_hidden", dtype="float32")]
    last = ExpertBank(names=[name], units=[width], style=linear, name=f"{name}_logits", dtype="float32")
    return [*(below if hidden else []), last]
