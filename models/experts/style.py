"""What all hidden layers of a model have in common."""

from __future__ import annotations

import dataclasses
import enum

__all__ = ["Activation", "Style"]


class Activation(enum.Enum):
    """The non-linearity after a hidden layer."""

    RELU = "relu"
    GELU = "gelu"
    SWISH = "swish"
    TANH = "tanh"
    LINEAR = "linear"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Style:
    """How hidden layers are built.

    Attributes:
        activation: After every layer.
        dropout: Share of units dropped after every layer in training, in [0, 1).
        l2: Factor of the squared kernels added to the loss; biases are left alone.
        seed: Draws initial weights and dropout.
    """

    activation: Activation = Activation.RELU
    dropout: float = 0.0
    l2: float = 0.0
    seed: int = 0
