"""A gate that learns to take few experts and leave the others exactly 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.gate import hidden_layers
from models.experts.style import Style
from models.seeds import derive

__all__ = ["Selector", "shares_of_codes", "smooth_step"]

_INITIAL_SPREAD: Final = 0.01  # Of gamma: codes start in the middle of the smooth-step, where it has a slope.


def smooth_step(inputs: tf.Tensor, gamma: float) -> tf.Tensor:
    """0 up to -gamma / 2, 1 from gamma / 2 on, and the cubic between that has no slope at either end."""
    place = tf.clip_by_value(inputs / gamma + 0.5, 0.0, 1.0)
    return place * place * (3.0 - 2.0 * place)


def shares_of_codes(bits: tf.Tensor, num_experts: int) -> tf.Tensor:
    """How much each selector takes of each expert.

    Args:
        bits: `[..., selectors, bits]` in [0, 1]: the probability of a 1, the lowest bit first.
        num_experts: More than half and at most all of the 2^bits numbers that the bits can write.

    Returns:
        `[..., selectors, experts]`, each row summing to 1: the probability that the bits write the expert's number,
        or, for the first experts, its number plus `num_experts`.
    """
    shares = tf.ones_like(bits[..., :1])
    for bit in tf.split(bits, bits.shape[-1], axis=-1):
        shares = tf.concat([shares * (1.0 - bit), shares * bit], axis=-1)
    num_folded = shares.shape[-1] - num_experts
    folded = tf.pad(shares[..., num_experts:], [[0, 0]] * (shares.shape.rank - 1) + [[0, num_experts - num_folded]])
    return shares[..., :num_experts] + folded


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class Selector(tf.keras.layers.Layer):
    """Each of k selectors writes an expert's number in bits; a softmax weighs the selectors. See `SelectK`.

    Call arguments:
        inputs: `[batch, width]`.

    Returns:
        `[batch, experts]` float32, not negative, each row summing to 1; at most k are not 0 once all bits are 0 or 1.

    Args:
        num_experts: How many it chooses from; at least 2.
        num_selected: k.
        style: Activation of the hidden layers, and the seed.
        gamma: Width of the smooth-step.
        entropy: Factor of the selectors' entropy, summed over selectors and averaged over rows, added to the loss.
        temperature: Divides the selectors' logits.
        hidden: Widths of hidden layers under the last maps.
    """

    def __init__(
        self,
        *,
        num_experts: int,
        num_selected: int,
        style: Style,
        gamma: float,
        entropy: float,
        temperature: float = 1.0,
        hidden: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_experts, self.num_selected, self.style = num_experts, num_selected, style
        self.gamma, self.entropy = gamma, entropy
        self.temperature, self.hidden = temperature, tuple(hidden)
        self.num_bits = (num_experts - 1).bit_length()
        self._hidden_layers = hidden_layers(self, self.hidden, style)

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the maps to codes and to the choice between selectors."""
        width = self.hidden[-1] if self.hidden else int(input_shape[-1])
        num_codes, near = self.num_selected * self.num_bits, _INITIAL_SPREAD * self.gamma
        code, bias, choice = (derive(self.style.seed, self.name, part) for part in ("code", "bias", "choice"))
        uniform = tf.keras.initializers.RandomUniform
        self._code_kernel = self.add_weight(
            name="code_kernel", shape=[width, num_codes], initializer=uniform(-near, near, seed=code)
        )
        self._code_bias = self.add_weight(
            name="code_bias", shape=[num_codes], initializer=uniform(-near, near, seed=bias)
        )
        self._choice_kernel = self.add_weight(
            name="choice_kernel",
            shape=[width, self.num_selected],
            initializer=tf.keras.initializers.GlorotUniform(choice),
        )
        super().build(input_shape)

    @override
    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Selects for each row."""
        read = inputs
        for layer in self._hidden_layers:
            read = layer(read)
        codes = tf.cast(tf.matmul(read, self._code_kernel) + self._code_bias, tf.float32)
        bits = smooth_step(tf.reshape(codes, [-1, self.num_selected, self.num_bits]), self.gamma)
        selected = shares_of_codes(bits, self.num_experts)
        if self.entropy:
            entropies = -tf.reduce_sum(tf.math.xlogy(selected, selected), axis=2)
            rows = tf.cast(tf.shape(entropies)[0], entropies.dtype)  # None at all, in a part of a short batch.
            self.add_loss(self.entropy * tf.math.divide_no_nan(tf.reduce_sum(entropies), rows))
        choice = tf.nn.softmax(tf.cast(tf.matmul(read, self._choice_kernel), tf.float32) / self.temperature)
        return tf.squeeze(tf.matmul(choice[:, None, :], selected), axis=1)

    @override
    def get_config(self) -> dict[str, Any]:
        names = ("num_experts", "num_selected", "gamma", "entropy", "temperature", "hidden")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own, "style": unbind(self.style)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> Selector:
        return cls(**{**config, "style": bind_or_raise(Style, config["style"])})
