import numpy as np
import tensorflow as tf

from models.optimizers.row_sgd import RowSGD


def test_rows_named_twice_add_up():
    table = tf.Variable(tf.zeros([3, 1]))
    gradient = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([1, 1]), tf.constant([3, 1]))
    RowSGD(0.5).apply_gradients([(gradient, table)])
    np.testing.assert_allclose(table, [[0.0], [-1.5], [0.0]])


def test_a_table_has_no_slots():
    optimizer = RowSGD(0.5)
    optimizer.build([tf.Variable(tf.zeros([3, 1]))])
    assert [variable.shape for variable in optimizer.variables] == [()]


def test_it_is_made_again_from_its_config():
    copy = tf.keras.optimizers.deserialize(tf.keras.optimizers.serialize(RowSGD(0.5)), use_legacy_optimizer=False)
    assert isinstance(copy, RowSGD)
    np.testing.assert_allclose(copy.learning_rate, 0.5)
