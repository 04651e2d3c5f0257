import numpy as np
import tensorflow as tf

from models.architectures import SingleTask
from models.experts import Style

FEATURES = tf.random.stateless_normal([16, 8], [0, 0])


def test_a_task_gets_what_it_would_get_alone():
    together = SingleTask(expert=(6, 5)).build(("click", "buy"), Style())(FEATURES)
    alone = SingleTask(expert=(6, 5)).build(("buy",), Style())(FEATURES)
    np.testing.assert_allclose(together[1], alone[0], rtol=1e-6)


def test_no_task_moves_another_tasks_expert():
    network = SingleTask(expert=(6, 5)).build(("click", "buy"), Style())
    with tf.GradientTape() as tape:
        of_click = tf.reduce_sum(network(FEATURES)[0])
    for gradient in tape.gradient(of_click, network.trainable_variables):
        assert np.abs(gradient[0]).max() > 0
        np.testing.assert_array_equal(gradient[1], np.zeros_like(gradient[1]))
