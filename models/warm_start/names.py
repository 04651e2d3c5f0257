"""The variables of a training by names that the next training gives them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import tensorflow as tf

from models.inputs.encoder import is_embedding_table
from models.model import MultiTaskModel

__all__ = ["memory_by_name", "network_weights", "slots_by_name", "table_of", "weights_by_name"]

# Keras' lists of slots, in the order of the optimizer's variables, and what one slot of each is called here.
_SLOTS: Final = {"_accumulators": "accumulator", "_momentums": "momentum", "_velocities": "velocity"}


def network_weights(model: MultiTaskModel) -> list[tf.Variable]:
    """The weights that serve, trained or not; signals' and what is remembered for training are not among them."""
    return [weight for layer in model.layers if layer is not model.signals for weight in layer.weights]


def weights_by_name(model: MultiTaskModel) -> dict[str, tf.Variable]:
    """`network_weights` by name: the layer's path, without the model's own name.

    Raises:
        ValueError: Two have the same name.
    """
    found: dict[str, tf.Variable] = {}
    for weight in network_weights(model):
        name = weight.name.removesuffix(":0").removeprefix(f"{model.name}/")
        if name in found:
            raise ValueError(f"`model` must name each weight otherwise, got {name!r} twice: name their layers apart.")
        found[name] = weight
    return found


def slots_by_name(model: MultiTaskModel) -> dict[str, dict[str, tf.Variable]]:
    """By weight, its optimizer's slots, such as "momentum"; the model is compiled."""
    optimizer: Any = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # Of a loss scaling one.
    found: dict[str, dict[str, tf.Variable]] = {}
    for name, weight in weights_by_name(model).items():
        if weight.trainable:
            part = optimizer.embeddings if is_embedding_table(weight) else optimizer.dense
            place = part._index_dict[part._var_key(weight)]
            found[name] = {slot: getattr(part, kept)[place] for kept, slot in _SLOTS.items() if hasattr(part, kept)}
    return found


def table_of(weight: str) -> str:
    """The embedding table whose weight has the name `weight`."""
    return weight.partition("/table_")[2]


def memory_by_name(model: MultiTaskModel) -> Mapping[str, tf.Variable]:
    """What the balancer remembers."""
    return model.balancer_memory
