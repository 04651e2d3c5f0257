import numpy as np
import pytest
import tensorflow as tf

from models.optimizers.row_adagrad import RowAdagrad

RATE, INITIAL, EPSILON = 0.1, 0.01, 1e-7
NUM_IDS, DIM = 6, 2


def batches_of(number):
    draws = np.random.default_rng(0)
    rows = [draws.choice(NUM_IDS, 3, replace=False) for _ in range(number)]
    return [(chosen, draws.normal(size=[3, DIM])) for chosen in rows]


def trained(optimizer, batches, *, times=1):
    """Each gradient in `times` equal parts."""
    table = tf.Variable(tf.ones([NUM_IDS, DIM]))
    for rows, values in batches:
        parts, indices = np.tile(values / times, [times, 1]), np.tile(rows, times)
        gradient = tf.IndexedSlices(tf.constant(parts, tf.float32), tf.constant(indices), tf.constant([NUM_IDS, DIM]))
        optimizer.apply_gradients([(gradient, table)])
    return table.numpy()


def row_adagrad():
    return RowAdagrad(RATE, initial_accumulator_value=INITIAL, epsilon=EPSILON, jit_compile=False)


def test_it_equals_a_float64_oracle():
    table, squares = np.ones([NUM_IDS, DIM]), np.full([NUM_IDS, DIM], INITIAL)
    for rows, values in batches_of(6):
        squares[rows] += values**2
        table[rows] -= RATE * values / np.sqrt(squares[rows] + EPSILON)
    np.testing.assert_allclose(trained(row_adagrad(), batches_of(6)), table, rtol=1e-5)


@pytest.mark.parametrize("times", [1, 2])
def test_it_equals_keras_adagrad(times):
    keras = tf.keras.optimizers.Adagrad(RATE, initial_accumulator_value=INITIAL, epsilon=EPSILON, jit_compile=False)
    wanted = trained(keras, batches_of(4), times=times)
    np.testing.assert_allclose(trained(row_adagrad(), batches_of(4), times=times), wanted, rtol=1e-6)
