import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from models.metrics.auc import LogitAUC

ROWS = 3000


def auc_of(labels, logits, weights=None):
    metric = LogitAUC(name="click_auc")
    for start in range(0, len(labels), 1000):
        part = slice(start, start + 1000)
        metric.update_state(
            tf.constant(labels[part], tf.float32),
            tf.constant(logits[part], tf.float32),
            None if weights is None else tf.constant(weights[part], tf.float32),
        )
    return metric.result().numpy()


@pytest.mark.parametrize("base", [-14.0, -6.0, 0.0, 8.0])
def test_it_equals_the_rank_statistic_for_rare_and_common_events(base):
    draws = np.random.default_rng(0)
    logits = base + draws.normal(size=ROWS)
    labels = draws.random(ROWS) < 1 / (1 + np.exp(-(logits - base)))
    # Thresholds 0.02 apart blur pairs closer than that: here under 1 % of them.
    np.testing.assert_allclose(auc_of(labels, logits), roc_auc_score(labels, logits), atol=2e-3)


def test_rows_of_weight_0_do_not_count():
    draws = np.random.default_rng(1)
    logits, labels = draws.normal(size=ROWS), draws.random(ROWS) < 0.5
    known = draws.random(ROWS) < 0.4
    np.testing.assert_allclose(auc_of(labels, logits, known), auc_of(labels[known], logits[known]), rtol=1e-6)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_has_no_auc(label):
    assert np.isnan(auc_of(np.full(4, label), np.arange(4.0)))


def test_a_metric_made_from_its_config_has_its_name():
    assert LogitAUC.from_config(LogitAUC(name="click_auc").get_config()).name == "click_auc"
