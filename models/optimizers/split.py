"""Embedding tables and dense weights, each under an optimizer of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.inputs.encoder import is_embedding_table

__all__ = ["SplitOptimizer"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class SplitOptimizer(tf.keras.optimizers.Optimizer):
    """Routes the tables of `InputEncoder` to one Keras optimizer and all other weights to another.

    TFRS' CompositeOptimizer does the same for Keras' legacy optimizers; this one can also be serialized, scale a
    float16 loss, clip and compile by XLA.

    Args:
        dense: For all other weights; its learning rate is this optimizer's.
        embeddings: For tables; must not visit rows that a gradient does not hold.
        clip_norm: Largest norm of all gradients together, repeated rows summed first; None never clips.
    """

    def __init__(
        self,
        dense: tf.keras.optimizers.Optimizer,
        embeddings: tf.keras.optimizers.Optimizer,
        *,
        clip_norm: float | None = None,
        name: str = "split",
    ) -> None:
        # Keras' default decay of 0 would still visit every row.
        super().__init__(name=name, weight_decay=None, jit_compile=False)
        self.dense, self.embeddings, self.clip_norm = dense, embeddings, clip_norm
        for part in (dense, embeddings):
            part.iterations = self.iterations
        self._learning_rate = dense._learning_rate
        self._table_keys: frozenset[str] = frozenset()

    @override
    def build(self, var_list: Sequence[tf.Variable]) -> None:
        """Makes all slots, once."""
        super().build(var_list)
        if getattr(self, "_built", False):
            return
        self._built = True
        tables = [variable for variable in var_list if is_embedding_table(variable)]
        self._table_keys = frozenset(self._var_key(table) for table in tables)
        self.embeddings.build(tables)
        self.dense.build([variable for variable in var_list if self._var_key(variable) not in self._table_keys])

    @override
    def update_step(self, gradient: tf.Tensor | tf.IndexedSlices, variable: tf.Variable) -> None:
        is_table = self._var_key(variable) in self._table_keys
        (self.embeddings if is_table else self.dense).update_step(gradient, variable)

    @override
    def _deduplicate_sparse_grad(
        self, grads: Sequence[tf.Tensor | tf.IndexedSlices]
    ) -> list[tf.Tensor | tf.IndexedSlices]:
        # Keras clips before it sums repeated rows, and would take the norm of the parts for that of the sum.
        summed = super()._deduplicate_sparse_grad(grads)
        return summed if self.clip_norm is None else tf.clip_by_global_norm(summed, self.clip_norm)[0]

    @override
    def _compute_current_learning_rate(self) -> None:
        for part in (self.dense, self.embeddings):
            part._compute_current_learning_rate()

    @property
    def variables(self) -> list[tf.Variable]:
        """The step counter and all slots."""
        slots = [*self.dense._variables, *self.embeddings._variables]
        return [self.iterations, *(slot for slot in slots if slot.dtype.is_floating)]

    @override
    def get_config(self) -> dict[str, Any]:
        parts = {"dense": self.dense, "embeddings": self.embeddings}
        serialized = {key: tf.keras.optimizers.serialize(part) for key, part in parts.items()}
        return {**serialized, "clip_norm": self.clip_norm, "name": self.name}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> SplitOptimizer:
        parts = {
            key: tf.keras.optimizers.deserialize(config[key], custom_objects, use_legacy_optimizer=False)
            for key in ("dense", "embeddings")
        }
        return cls(**parts, clip_norm=config["clip_norm"], name=config["name"])
