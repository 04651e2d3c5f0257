import numpy as np
import pytest
import tensorflow as tf

from models.balancers.active_softmax import active_softmax


@pytest.mark.parametrize("shift", [0.0, -1e4, 1e29])
def test_shares_are_those_of_the_softmax_of_the_active_tasks(shift):
    logits = np.array([1.0, 5.0, 3.0], np.float32) + np.float32(shift)
    active = np.array([True, False, True])
    powers = np.exp(np.float64(logits[active]) - logits[active].max())
    shares = active_softmax(tf.constant(logits), tf.constant(active))
    np.testing.assert_allclose(shares, np.insert(powers / powers.sum(), 1, 0.0), rtol=1e-5)


def test_without_an_active_task_there_are_no_shares():
    np.testing.assert_array_equal(active_softmax(tf.constant([1.0, 2.0]), tf.constant([False, False])), [0.0, 0.0])
