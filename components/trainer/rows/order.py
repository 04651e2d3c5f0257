"""The order in which a model sees the rows: it follows from the rows, the seed and the epoch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import tensorflow as tf

from components.trainer.rows.format import RowFormat
from components.trainer.rows.store import RowStore
from components.trainer.rows.whole_lists import list_batches
from models.seeds import derive

__all__ = ["Split"]

_GATHERED_ROWS: Final = 4_096


@dataclasses.dataclass(frozen=True)
class Split:
    """All rows of a split, ready to be read in batches of (features, targets).

    Attributes:
        store: The rows.
        format: How they are packed.
        list_limit: Rows of a list in one batch at most, where rows have lists; None for a batch's size.
    """

    store: RowStore
    format: RowFormat
    list_limit: int | None = None

    def shuffled(self, *, seed: int, epoch: int, batch_size: int, skip: int = 0) -> tf.data.Dataset:
        """One pass: buckets in drawn order, and each bucket's rows, or lists, in drawn order.

        Args:
            seed: With `epoch`, decides the order.
            epoch: From 1.
            batch_size: The last batch may be smaller; with lists, which are not torn, it is that of a mean batch, which
                is as much larger as it takes for the last one not to be left over.
            skip: Batches to leave out at the start; they are not unpacked, so it is cheap.
        """
        draws = derive(seed, "shuffle", epoch)
        buckets = np.random.default_rng(draws).permutation(self.store.num_buckets)
        return self._batches(buckets, batch_size, draws=draws, skip=skip)

    def sorted(self, batch_size: int) -> tf.data.Dataset:
        """One pass, always in the same order."""
        return self._batches(range(self.store.num_buckets), batch_size)

    def num_batches(self, batch_size: int) -> int:
        """Of one pass."""
        if self.format.has_lists:
            return max(self.store.num_rows // batch_size, 1)
        return -(-self.store.num_rows // batch_size)

    def _batches(
        self, buckets: Iterable[int], batch_size: int, *, draws: int | None = None, skip: int = 0
    ) -> tf.data.Dataset:
        packed = self._lists if self.format.has_lists else self._rows
        chosen = packed(buckets, batch_size, draws=draws, skip=skip)
        batches = chosen.map(self.format.unpack, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        # Keras would else learn of the end by a step without data, which still moves counters of steps and draws.
        counted = batches.prefetch(tf.data.AUTOTUNE).apply(
            tf.data.experimental.assert_cardinality(self.num_batches(batch_size) - skip)
        )
        return counted.with_options(_one_machine())

    def _lists(self, buckets: Iterable[int], batch_size: int, *, draws: int | None, skip: int) -> tf.data.Dataset:
        """Packed rows in batches of whole lists."""
        numbers, limit = list(map(int, buckets)), min(self.list_limit or batch_size, batch_size)

        def batches() -> Iterator[np.ndarray]:
            num_batches = self.num_batches(batch_size)
            return list_batches(self.store, numbers, num_batches, limit=limit, draws=draws, skip=skip)

        return tf.data.Dataset.from_generator(batches, output_signature=tf.TensorSpec([None], tf.string))

    def _rows(self, buckets: Iterable[int], batch_size: int, *, draws: int | None, skip: int) -> tf.data.Dataset:
        """Packed rows in batches of one size."""

        def load(number: tf.Tensor) -> tuple[tf.Tensor, np.ndarray]:
            bucket = self.store.bucket(int(number))
            places = np.repeat(np.arange(len(bucket.counts)), bucket.counts)
            if draws is not None:
                places = np.random.default_rng([draws, int(number)]).permutation(places)
            return bucket.rows, places

        def gather(packed: tf.Tensor, places: tf.Tensor) -> tf.data.Dataset:
            some = tf.data.Dataset.from_tensors(tf.ensure_shape(places, [None])).rebatch(_GATHERED_ROWS)
            return some.map(lambda chosen: tf.ensure_shape(tf.gather(packed, chosen), [None]))

        numbers = tf.data.Dataset.from_tensor_slices(np.fromiter(buckets, np.int64))
        loaded = numbers.map(lambda number: tf.py_function(load, [number], (tf.string, tf.int64)))
        return loaded.prefetch(1).flat_map(gather).rebatch(batch_size).skip(skip)


def _one_machine() -> tf.data.Options:
    """No sharding between machines: a strategy would rewrite the pipeline, rows and all, to no use."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    return options
