"""The rows of a batch laid out list by list, and each row beside those that come after it in its list."""

from __future__ import annotations

import dataclasses

from models.deferred import tf

__all__ = ["Ordered", "order_rows"]


@dataclasses.dataclass(frozen=True)
class Ordered:
    """Rows in the order of their lists, and inside a list from the largest key to the smallest.

    Pairs lie in a band, `[reach, batch]`: entry (d, i) is row i beside the row d + 1 places after it. It costs the
    batch times the longest list, however lengths are mixed; padded, every list would cost the square of the longest.

    Attributes:
        rows: `[batch]`: where each lies in the batch.
        number: `[batch]`: of its list, from 0; a row that takes no part is a list of its own.
        place: `[batch]`: in its list, from 0.
        is_pair: `[reach, batch]`: whether the row so many places further on is of the same list.
        num_lists: Upper bound of `number`: the batch's size.
    """

    rows: tf.Tensor
    number: tf.Tensor
    place: tf.Tensor
    is_pair: tf.Tensor
    num_lists: int | tf.Tensor

    def taken(self, values: tf.Tensor) -> tf.Tensor:
        """A `[batch]` column in this order."""
        return tf.gather(values, self.rows)

    def put_back(self, values: tf.Tensor) -> tf.Tensor:
        """A `[batch]` column of this order in the batch's."""
        return tf.gather(values, tf.math.invert_permutation(self.rows))

    def after(self, values: tf.Tensor) -> tf.Tensor:
        """`[reach, batch]`: the value of the row so many places further on; 0 behind the last."""
        reach, size = tf.shape(self.is_pair)[0], tf.shape(values)[0]
        reach, size = self.is_pair.shape[0] or reach, values.shape[0] or size
        # Each of the repeated lines is one longer than the column, so that the column moves by one from line to line.
        line = size + reach
        column = tf.pad(values[1:], [[0, reach + 1]])
        repeated = tf.tile(column, [reach + 1])[: reach * (line + 1)]
        return tf.reshape(repeated, [reach, line + 1])[:, :size]

    def sum_lists(self, values: tf.Tensor) -> tf.Tensor:
        """`[num_lists]`: sums of a `[batch]` column of this order."""
        return tf.math.unsorted_segment_sum(values, self.number, self.num_lists)

    def largest(self, values: tf.Tensor) -> tf.Tensor:
        """`[num_lists]`: maxima of a `[batch]` column of this order; whatever where there is no such list."""
        return tf.math.unsorted_segment_max(values, self.number, self.num_lists)

    def of_rows(self, values: tf.Tensor) -> tf.Tensor:
        """`[batch]`: each row's list's entry of `[num_lists]`."""
        return tf.gather(values, self.number)


def order_rows(lists: tf.Tensor, takes_part: tf.Tensor, key: tf.Tensor, *, longest: int | None = None) -> Ordered:
    """Orders a batch; rows of equal keys stay as they are, so that equal batches give equal bits.

    Args:
        lists: `[batch]` integers: rows of one list have the same.
        takes_part: `[batch]` bool.
        key: `[batch]`.
        longest: Rows of the longest list at most, where shapes must be known beforehand, as for XLA; None looks.
    """
    ids = tf.where(takes_part, tf.cast(lists, tf.int64), tf.constant(-1, tf.int64))
    by_key = tf.argsort(key, direction="DESCENDING", stable=True)
    rows = tf.gather(by_key, tf.argsort(tf.gather(ids, by_key), stable=True))
    ids = tf.gather(ids, rows)
    size = ids.shape[0] or tf.shape(ids)[0]
    # Those that take no part have no list, or all of them would make one long one.
    is_first = (ids < 0) | tf.concat([tf.ones_like(ids[:1], tf.bool), ids[1:] != ids[:-1]], axis=0)
    number = tf.cumsum(tf.cast(is_first, tf.int32)) - 1
    lengths = tf.math.unsorted_segment_sum(tf.ones_like(number), number, size)
    place = tf.range(size) - tf.gather(tf.cumsum(lengths, exclusive=True), number)
    left = tf.gather(lengths, number) - place
    reach = max(longest - 1, 1) if longest is not None else tf.maximum(tf.reduce_max(lengths) - 1, 1)
    is_pair = tf.range(1, reach + 1)[:, None] < left[None, :]
    return Ordered(rows, number, place, is_pair, size)
