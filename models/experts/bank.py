"""Experts side by side, as one matrix product a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.dropout import CountedDropout
from models.experts.initial import StackedGlorot
from models.experts.layout import ServingLayout, serving_layout
from models.experts.penalty import stack_penalty
from models.experts.style import Style
from models.gradients.reading import reading
from models.seeds import derive

__all__ = ["ExpertBank", "product"]

_SHARED_RANK = 2  # [batch, width]: one input for all experts.


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class ExpertBank(tf.keras.layers.Layer):
    """MLPs of one shape; the first axis of every weight is the expert.

    Call arguments:
        inputs: `[batch, width]`, read by every expert, or `[experts, batch, width]`, one for each.
        chosen: `[streams, experts]`, rows of which one is 1 and all others are 0: streams then stand for experts, in
            the inputs and in what is returned, and only the experts chosen are computed. None leaves experts as they
            are.
        groups: Experts to be run apart, by their places, while a `Reading` is under way: `inputs` is then `[batch,
            width]`, or a list, for each group what it would be if there were no other.

    Returns:
        `[experts, batch, units[-1]]`, or a list of those of each group.

    Args:
        names: One for each expert; with the style's seed it decides the expert's initial weights.
        units: Widths of the layers; at least one.
        style: Of every layer, the last included.
        distance: Factor of the squared distances between the experts' kernels, layer by layer, added to the loss.
    """

    def __init__(
        self, *, names: Sequence[str], units: Sequence[int], style: Style, distance: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.distance = distance
        self.names = tuple(names)
        self.units = tuple(units)
        self.style = style
        self._activation = tf.keras.activations.get(self.style.activation.value)
        self._dropouts = [
            CountedDropout(
                rate=self.style.dropout,
                seed=derive(self.style.seed, self.name, layer),
                name=f"dropout_{layer}",
                dtype=self.dtype_policy,
            )
            for layer in range(len(self.units))
            if self.style.dropout
        ]

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        widths = (int(input_shape[-1]), *self.units)
        self._kernels = [self._kernel(layer, list(widths[layer : layer + 2])) for layer in range(len(self.units))]
        self._biases = [
            self.add_weight(name=f"bias_{layer}", shape=[len(self.names), 1, width], initializer="zeros")
            for layer, width in enumerate(self.units)
        ]
        super().build(input_shape)

    def _kernel(self, layer: int, shape: list[int]) -> tf.Variable:
        seeds = [derive(self.style.seed, self.name, name, layer) for name in self.names]
        return self.add_weight(
            name=f"kernel_{layer}",
            shape=[len(self.names), *shape],
            initializer=StackedGlorot(seeds),
            regularizer=stack_penalty(l2=self.style.l2, distance=self.distance),
        )

    @override
    def call(
        self,
        inputs: tf.Tensor | Sequence[tf.Tensor],
        chosen: tf.Tensor | None = None,
        training: bool | None = None,
        groups: Sequence[tuple[int, ...]] | None = None,
    ) -> tf.Tensor | list[tf.Tensor]:
        """See the class."""
        under_way, layout = reading(), serving_layout()
        if layout is not None and chosen is None and not isinstance(inputs, Sequence) and _is_of_all(inputs):
            first, *others = self._layers
            return self._run(self._laid_out(inputs, layout, first), others, training=False)
        if groups is None or under_way is None:
            weights = [[_taken(one, chosen) for one in layer] for layer in self._layers]
            return self._run(inputs, weights, training=training)
        of_group = inputs if isinstance(inputs, (list, tuple)) else [inputs] * len(groups)
        split = [[under_way.split(one, groups) for one in layer] for layer in self._layers]
        return [
            self._run(read, [[parts[number] for parts in layer] for layer in split], training=training)
            for number, read in enumerate(of_group)
        ]

    @property
    def _layers(self) -> list[tuple[tf.Variable, tf.Variable]]:
        return list(zip(self._kernels, self._biases, strict=True))

    def _laid_out(self, inputs: tf.Tensor, layout: ServingLayout, layer: tuple[tf.Variable, tf.Variable]) -> tf.Tensor:
        """`[experts, batch, units]` of the first layer; kernel, bias and activation are one operation of TensorFlow."""
        kernel, bias = layer
        experts, _, units = kernel.shape
        products = tf.matmul(inputs, layout.side_by_side(kernel))
        beside = self._activation(tf.nn.bias_add(products, tf.reshape(bias, [experts * units])))
        if experts == 1:
            return beside[None]
        return tf.transpose(tf.reshape(beside, [-1, experts, units]), [1, 0, 2])

    def _run(self, inputs: tf.Tensor, weights: Sequence[Sequence[tf.Tensor]], *, training: bool | None) -> tf.Tensor:
        """Layer after layer."""
        hidden = inputs
        for layer, (kernel, bias) in enumerate(weights):
            hidden = self._activation(product(hidden, kernel) + bias)
            if self._dropouts:
                hidden = self._dropouts[layer](hidden, training=training)
        return hidden

    @override
    def get_config(self) -> dict[str, Any]:
        own = {"names": self.names, "units": self.units, "style": unbind(self.style), "distance": self.distance}
        return {**super().get_config(), **own}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> ExpertBank:
        return cls(**{**config, "style": bind_or_raise(Style, config["style"])})


def _taken(weight: tf.Variable, chosen: tf.Tensor | None) -> tf.Tensor:
    """The chosen experts' weights; as a product, not by index, so that its gradient is dense like all kernels'."""
    stack = tf.convert_to_tensor(weight)
    return stack if chosen is None else tf.tensordot(tf.cast(chosen, stack.dtype), stack, axes=1)


def product(inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """`[experts, batch, units]`: inputs of all, `[batch, width]`, or of each, times `[experts, width, units]`."""
    if not _is_of_all(inputs):
        return tf.matmul(inputs, kernel)
    # Side by side, without a copy of the input for each expert.
    experts, width, units = kernel.shape
    side_by_side = tf.reshape(tf.transpose(kernel, [1, 0, 2]), [width, experts * units])
    products = tf.reshape(tf.matmul(inputs, side_by_side), [-1, experts, units])
    return tf.transpose(products, [1, 0, 2])


def _is_of_all(inputs: tf.Tensor) -> bool:
    return bool(inputs.shape.rank == _SHARED_RANK)
