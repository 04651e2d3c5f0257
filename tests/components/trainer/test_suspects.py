"""Which columns a diverged run names."""

import numpy as np
import tensorflow as tf

from components.trainer.suspects import suspect_columns


def batch(**columns):
    features = {name: values for name, values in columns.items() if name in ("price", "age", "city", "tags")}
    return features, {name.replace("__", "/"): values for name, values in columns.items() if name not in features}


def numbers(*values):
    return tf.constant(values, tf.float32)


def test_the_worst_column_comes_first():
    batches = [batch(price=numbers(1, 2e5), age=numbers(3, 4)), batch(price=numbers(0, 0), age=numbers(np.nan, 1))]
    assert suspect_columns(batches) == ["`age` holds nan", "`price` holds 200000"]


def test_ordinary_numbers_ids_and_lists_are_not_suspect():
    tags = tf.ragged.constant([[10**9], []], dtype=tf.int64)
    assert suspect_columns([batch(price=numbers(-999, 3), city=tf.constant([10**9, 2]), tags=tags)]) == []


def test_a_label_counts_only_where_it_is_known():
    label = numbers(1e30, 1)
    assert suspect_columns([batch(label__buy=label, known__buy=numbers(0, 1))]) == []
    assert suspect_columns([batch(label__buy=label, known__buy=numbers(1, 1))]) == ["`label/buy` holds 1e+30"]


def test_minus_infinity_and_sample_weights_are_suspect():
    found = suspect_columns([batch(price=numbers(-np.inf), weight__buy=numbers(1e9))])
    assert found == ["`price` holds -inf", "`weight/buy` holds 1e+09"]
