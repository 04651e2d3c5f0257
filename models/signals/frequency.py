"""How often each id is drawn, told from the batches that hold it."""

from __future__ import annotations

from typing import Any, final

import tensorflow as tf
from typing_extensions import override

__all__ = ["Frequency"]


@final
class Frequency(tf.keras.layers.Layer):
    """Estimates the chance q of every id, up to a factor: rows of it in a batch over batches from one to the next.

    Both are moving means, and a batch moves those of its own ids alone, so that a step costs the rows of its batch and
    not the vocabulary. The ratio of the means tends to q times the batch size, since what comes a batch is what comes
    a visit times visits a batch. It is a mean of the newest 2 / `rate` visits or so, and lags behind a change by as
    many. An id that was never seen counts as seen once in all batches so far.

    Source: Yi et al., RecSys 2019, Algorithm 2.
    Differs: ids are few enough to have a place each, without hashing; an id may come several times a batch, where the
    paper's estimate ends at once a batch.

    Args:
        num_ids: Ids run from 0 to `num_ids` - 1.
        rate: How much the newest visit counts.
    """

    def __init__(self, *, num_ids: int, rate: float, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self._num_ids, self._rate = num_ids, rate
        with tf.name_scope(self.name):
            self._steps = self._remember("steps", (), tf.int64)
            self._last = self._remember("last", (num_ids,), tf.int64)
            self._gap = self._remember("gap", (num_ids,), tf.float32)
            self._rows = self._remember("rows", (num_ids,), tf.float32)
        self.built = True

    def _remember(self, name: str, shape: tuple[int, ...], dtype: tf.DType) -> tf.Variable:
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer="zeros",
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def see(self, ids: tf.Tensor) -> None:
        """Takes in the ids of one batch, `[batch]`, over all replicas."""
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            ids = context.all_gather(ids, axis=0)
        self._steps.assign_add(1)
        step = tf.identity(self._steps)
        rows = tf.reduce_sum(tf.cast(ids[:, None] == ids[None, :], tf.float32), axis=1)
        gap = tf.cast(step - tf.gather(self._last, ids), tf.float32)
        known = tf.gather(self._gap, ids) > 0
        # Rows of one id write one and the same number.
        for memory, now in ((self._gap, gap), (self._rows, rows)):
            before = tf.gather(memory, ids)
            moved = tf.where(known, before + self._rate * (now - before), now)
            memory.scatter_update(tf.IndexedSlices(moved, ids))
        self._last.scatter_update(tf.IndexedSlices(tf.fill(tf.shape(ids), step), ids))

    def log_q(self, ids: tf.Tensor) -> tf.Tensor:
        """`[batch]` of ids, `[batch]`."""
        gap, rows = tf.gather(self._gap, ids), tf.gather(self._rows, ids)
        never = 1.0 / tf.cast(tf.maximum(self._steps, 1), tf.float32)
        return tf.math.log(tf.where(gap > 0, rows / tf.maximum(gap, 1.0), never))

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_ids": self._num_ids, "rate": self._rate}
