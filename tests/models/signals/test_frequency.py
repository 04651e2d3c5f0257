import numpy as np
import pytest
import tensorflow as tf

from models.signals.frequency import Frequency

RATE = 0.02


def seen(batches, *, num_ids, rate=RATE):
    layer = Frequency(num_ids=num_ids, rate=rate)
    see = tf.function(layer.see)
    for ids in batches:
        see(tf.constant(ids, tf.int64))
    return layer


@pytest.mark.parametrize("batch", [8, 64])  # Most ids come less than once a batch, or most several times.
def test_it_tends_to_the_chance_of_every_id(batch):
    draws = np.random.default_rng(0)
    q = np.geomspace(1, 30, 10) / np.geomspace(1, 30, 10).sum()
    layer = seen([draws.choice(10, batch, p=q) for _ in range(2_000)], num_ids=10)
    found = np.exp(layer.log_q(tf.range(10, dtype=tf.int64))) / batch
    # A mean of the newest 100 visits or so: an error of a tenth each for the gap and the rows.
    np.testing.assert_allclose(found, q, rtol=0.4)


def test_two_visits_are_worked_out_by_hand():
    # Id 1 comes twice in batch 1, then once in batch 3: gaps 1 and 2, rows 2 and 1, each half old and half new.
    layer = seen([[1, 1], [0, 0], [1, 0]], num_ids=3, rate=0.5)
    np.testing.assert_allclose(np.exp(layer.log_q(tf.constant([1])))[0], 1.5 / 1.5)
    # Id 0 in batches 2 and 3: gaps 2 and 1, rows 2 and 1.
    np.testing.assert_allclose(np.exp(layer.log_q(tf.constant([0])))[0], 1.5 / 1.5)
    # Id 2 never, in three batches.
    np.testing.assert_allclose(np.exp(layer.log_q(tf.constant([2])))[0], 1 / 3, rtol=1e-6)


def test_before_any_batch_all_ids_are_alike():
    assert set(Frequency(num_ids=3, rate=RATE).log_q(tf.constant([0, 1, 2])).numpy()) == {0.0}
