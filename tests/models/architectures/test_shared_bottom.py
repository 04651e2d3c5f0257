import numpy as np
import tensorflow as tf

from models.architectures import SharedBottom
from models.experts import Style

FEATURES = tf.random.stateless_normal([16, 8], [0, 0])


def test_every_task_reads_the_same_expert():
    network = SharedBottom(expert=(6, 5)).build(("click", "buy"), Style())
    representations = network(FEATURES).numpy()
    np.testing.assert_array_equal(representations[0], representations[1])
    assert network.gate_weights(FEATURES) == {}


def test_parameter_count():
    # (8 inputs + 1 bias) * 6 + (6 + 1) * 5, however many tasks.
    network = SharedBottom(expert=(6, 5)).build(("click", "buy", "spend"), Style())
    network(FEATURES)
    assert network.count_params() == 9 * 6 + 7 * 5
