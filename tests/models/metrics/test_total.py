import numpy as np
import tensorflow as tf

from models.metrics.total import TotalLoss

# Two batches: (2 + 4) / (1 + 3) = 1.5 of the first loss, 6 / 2 = 3 of the second, which the second batch lacks.
BATCHES = (([2.0, 6.0], [1.0, 2.0], 0.25), ([4.0, 0.0], [3.0, 0.0], 0.75))


def test_it_is_the_weighted_sum_of_means_over_rows_and_the_mean_penalty():
    metric = TotalLoss([1.0, 0.1])
    for sums, counts, penalty in BATCHES:
        metric.update_state(tf.constant(sums), tf.constant(counts), tf.constant(penalty))
    np.testing.assert_allclose(metric.result(), 1.5 + 0.1 * 3.0 + 0.5, rtol=1e-6)


def test_it_starts_anew_after_a_reset():
    metric = TotalLoss([1.0, 0.1])
    metric.update_state(tf.constant([9.0, 9.0]), tf.constant([1.0, 1.0]), tf.constant(1.0))
    metric.reset_state()
    assert metric.result() == 0.0


def test_a_metric_made_from_its_config_weighs_alike():
    metric = TotalLoss.from_config(TotalLoss([2.0]).get_config())
    metric.update_state(tf.constant([3.0]), tf.constant([1.0]), tf.constant(0.0))
    np.testing.assert_allclose(metric.result(), 6.0)
