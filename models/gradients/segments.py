"""What is remembered of segments: their rows, and inner products of gradients by their representations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

import tensorflow as tf

from models.balancers import remember
from models.balancers.segments import Segments
from models.inputs import EmbeddingInput, Input

__all__ = ["SegmentMemory"]

MOST_SEGMENTS: Final = 1024  # Each has a problem of its own to be solved in every step.


@final
class SegmentMemory(tf.Module):
    """Gram matrices of segments, and last of all rows, over recent steps, and how many labels of each are known.

    Args:
        segments: How they are told, and how long they are remembered.
        inputs: The model's.
        num_tasks: Losses.
    """

    def __init__(self, segments: Segments, inputs: Sequence[Input], num_tasks: int) -> None:
        super().__init__(name="segments")
        self._segments = segments
        self.feature = segments.feature
        columns = [one for one in inputs if isinstance(one, EmbeddingInput) and one.name == segments.feature]
        self.num_segments = columns[0].num_ids
        if self.num_segments > MOST_SEGMENTS:
            raise ValueError(
                f"`segments.feature` must tell {MOST_SEGMENTS} segments at most, got {self.num_segments} ids of "
                f"{self.feature!r}: take a coarser column."
            )
        self._grams = remember("segments/grams", tf.zeros([self.num_segments + 1, num_tasks, num_tasks]))
        self._rows = remember("segments/rows", tf.zeros([self.num_segments + 1]))
        self._shares = remember("segments/shares", tf.zeros([self.num_segments + 1, num_tasks]))

    @property
    def variables_by_name(self) -> dict[str, tf.Variable]:
        """All it remembers."""
        return {"segment_grams": self._grams, "segment_rows": self._rows, "segment_shares": self._shares}

    def take_in(self, products: tf.Tensor, ids: tf.Tensor, *, shares: tf.Tensor) -> tf.Tensor:
        """Adds a batch, of all replicas.

        Args:
            products: `[batch, tasks, tasks]`, inner products row by row.
            ids: `[batch]`, each row's segment.
            shares: `[batch, tasks]`, each row's share of all known labels of the batch.

        Returns:
            `[segments + 1, tasks, tasks]`: what is remembered, the last of all rows. A segment's gradients are of its
            own mean losses: one where a label is seldom known has no shorter gradient of it for that.
        """
        grams = tf.math.unsorted_segment_sum(products, ids, self.num_segments)
        rows = tf.math.unsorted_segment_sum(tf.ones(tf.shape(ids)), ids, self.num_segments)
        known = tf.math.unsorted_segment_sum(shares, ids, self.num_segments)
        batch = [tf.concat([one, tf.reduce_sum(one, axis=0, keepdims=True)], axis=0) for one in (grams, rows, known)]
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            batch = context.all_reduce(tf.distribute.ReduceOp.SUM, batch)
        grams, rows, known = batch
        is_sound = tf.reduce_all(tf.math.is_finite(grams))
        kept = self._segments.memory
        self._grams.assign(tf.where(is_sound, kept * self._grams + grams, self._grams))
        self._rows.assign(tf.where(is_sound, kept * self._rows + rows, self._rows))
        self._shares.assign(tf.where(is_sound, kept * self._shares + known, self._shares))
        part = tf.math.divide_no_nan(self._shares, self._shares[-1:])  # Of all known labels, those of the segment.
        return tf.math.divide_no_nan(self._grams, part[:, :, None] * part[:, None, :])

    def weights_of_rows(self, weights: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """`[batch, tasks]` of `[segments + 1, tasks]`: a segment of too few rows has those of all."""
        is_known = self._rows[:-1, None] >= self._segments.minimum_rows
        return tf.gather(tf.where(is_known, weights[:-1], weights[-1:]), ids)

    def mean_weights(self, weights: tf.Tensor) -> tf.Tensor:
        """`[1, tasks]`: the mean over recent rows."""
        is_known = self._rows[:-1, None] >= self._segments.minimum_rows
        used = tf.where(is_known, weights[:-1], weights[-1:])
        return tf.math.divide_no_nan(tf.reduce_sum(self._rows[:-1, None] * used, axis=0, keepdims=True), self._rows[-1])
