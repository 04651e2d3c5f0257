"""How the rows of a batch are laid out, which decides what a loss costs."""

import numpy as np
import tensorflow as tf

from models.ranking.ordered import order_rows


def test_rows_without_a_part_make_no_long_list():
    lists = tf.constant([-1] * 20 + [7, 3, 7] + [5] * 10, tf.int64)
    takes_part = (lists >= 0) & (lists != 5)
    ordered = order_rows(lists, takes_part, tf.range(33.0))
    # The longest list that takes part has two rows, so each row stands beside the next one alone.
    assert ordered.is_pair.shape == (1, 33)
    assert np.count_nonzero(ordered.is_pair) == 1
    of_list = np.array([row in (20, 22) for row in ordered.rows.numpy()])
    assert ordered.rows.numpy()[of_list].tolist() == [22, 20]  # The larger key first.
    assert ordered.place.numpy()[of_list].tolist() == [0, 1]
    assert len(set(ordered.number.numpy()[~of_list])) == 31
