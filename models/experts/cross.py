"""Cross networks side by side, as one matrix product a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.bank import ExpertBank, product
from models.experts.initial import StackedGlorot
from models.experts.style import Style
from models.gradients.reading import reading
from models.seeds import derive

__all__ = ["CrossBank"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class CrossBank(tf.keras.layers.Layer):
    """DCN-v2 cross networks of one shape, each under a dense layer; the first axis of every weight is the expert.

    Layer l + 1 is x_0 * (W x_l + b) + x_l, `*` by element.

    Call arguments:
        inputs: `[batch, width]`, read by every expert, or `[experts, batch, width]`, one for each.

        groups: See `ExpertBank`.

    Returns:
        `[experts, batch, units]`, or a list of those of each group.

    Source: Wang et al., "DCN V2: Improved Deep & Cross Network and Practical Lessons for Web-scale Learning to Rank
    Systems", WWW 2021, Eq. 1.
    Differs: the dense layer, so that it is as wide as other experts; kernels are drawn as Glorot has it, where
    TensorFlow Recommenders' `Cross` draws a normal of one spread for every width.

    Args:
        names: One for each expert; with the style's seed it decides the expert's initial weights.
        depth: Cross layers.
        units: Width of the dense layer.
        style: Of the dense layer; its L2 factor is on the cross kernels too.
    """

    def __init__(self, *, names: Sequence[str], depth: int, units: int, style: Style, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = tuple(names)
        self.depth, self.units, self.style = depth, units, style
        self._dense = ExpertBank(names=names, units=[units], style=style, name=self.name, dtype=self.dtype_policy)

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the kernels and biases of the cross layers."""
        width, experts = int(input_shape[-1]), len(self.names)
        self._kernels = [
            self.add_weight(
                name=f"cross_kernel_{layer}",
                shape=[experts, width, width],
                initializer=StackedGlorot(
                    [derive(self.style.seed, self.name, name, "x", layer) for name in self.names]
                ),
                regularizer=tf.keras.regularizers.L2(self.style.l2) if self.style.l2 else None,
            )
            for layer in range(self.depth)
        ]
        self._biases = [
            self.add_weight(name=f"cross_bias_{layer}", shape=[experts, 1, width], initializer="zeros")
            for layer in range(self.depth)
        ]
        super().build(input_shape)

    @override
    def call(
        self,
        inputs: tf.Tensor | Sequence[tf.Tensor],
        training: bool | None = None,
        groups: Sequence[tuple[int, ...]] | None = None,
    ) -> tf.Tensor | list[tf.Tensor]:
        """See the class."""
        under_way = reading()
        layers = list(zip(self._kernels, self._biases, strict=True))
        if groups is None or under_way is None:
            return self._dense(_cross(inputs, layers), training=training)
        of_group = inputs if isinstance(inputs, (list, tuple)) else [inputs] * len(groups)
        split = [[under_way.split(one, groups) for one in layer] for layer in layers]
        crossed = [
            _cross(read, [[parts[number] for parts in layer] for layer in split])
            for number, read in enumerate(of_group)
        ]
        return self._dense(crossed, training=training, groups=groups)

    @override
    def get_config(self) -> dict[str, Any]:
        own = {"names": self.names, "depth": self.depth, "units": self.units, "style": unbind(self.style)}
        return {**super().get_config(), **own}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> CrossBank:
        return cls(**{**config, "style": bind_or_raise(Style, config["style"])})


def _cross(inputs: tf.Tensor, layers: Sequence[Sequence[tf.Tensor]]) -> tf.Tensor:
    crossed = inputs
    for kernel, bias in layers:
        crossed = inputs * (product(crossed, tf.convert_to_tensor(kernel)) + bias) + crossed
    return crossed
