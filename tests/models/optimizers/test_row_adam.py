import numpy as np
import tensorflow as tf

from models.optimizers.row_adam import RowAdam

RATE, BETA_1, BETA_2, EPSILON = 0.1, 0.8, 0.9, 1e-7
NUM_IDS, DIM = 6, 2


def oracle(batches):
    """Row-lazy Adam from its definition, in float64."""
    table = np.ones([NUM_IDS, DIM])
    mean, square = np.zeros_like(table), np.zeros_like(table)
    for step, (rows, values) in enumerate(batches, 1):
        mean[rows] = BETA_1 * mean[rows] + (1 - BETA_1) * values
        square[rows] = BETA_2 * square[rows] + (1 - BETA_2) * values**2
        rate = RATE * np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
        table[rows] -= rate * mean[rows] / (np.sqrt(square[rows]) + EPSILON)
    return table


def trained(batches, *, repeat_rows=False):
    table = tf.Variable(tf.ones([NUM_IDS, DIM]))
    optimizer = RowAdam(RATE, BETA_1, BETA_2, EPSILON, jit_compile=False)
    for rows, values in batches:
        times = 2 if repeat_rows else 1  # Each gradient in as many equal parts.
        parts, indices = np.tile(values / times, [times, 1]), np.tile(rows, times)
        gradient = tf.IndexedSlices(tf.constant(parts, tf.float32), tf.constant(indices), tf.constant([NUM_IDS, DIM]))
        optimizer.apply_gradients([(gradient, table)])
    return table.numpy()


def batches_of(number, rows_of):
    draws = np.random.default_rng(0)
    return [(rows, draws.normal(size=[len(rows), DIM])) for rows in (rows_of(draws) for _ in range(number))]


def test_it_equals_a_float64_oracle_on_changing_rows():
    batches = batches_of(6, lambda draws: draws.choice(NUM_IDS, 3, replace=False))
    np.testing.assert_allclose(trained(batches), oracle(batches), rtol=1e-5)


def test_a_row_named_twice_gets_the_sum_of_its_gradients():
    batches = batches_of(4, lambda draws: draws.choice(NUM_IDS, 3, replace=False))
    np.testing.assert_allclose(trained(batches, repeat_rows=True), trained(batches), rtol=1e-6)


def test_where_every_batch_names_every_row_it_is_adam():
    batches = batches_of(5, lambda draws: np.arange(NUM_IDS))
    table = tf.Variable(tf.ones([NUM_IDS, DIM]))
    adam = tf.keras.optimizers.Adam(RATE, BETA_1, BETA_2, EPSILON, jit_compile=False)
    for _, values in batches:
        adam.apply_gradients([(tf.constant(values, tf.float32), table)])
    np.testing.assert_allclose(trained(batches), table, rtol=1e-5)
