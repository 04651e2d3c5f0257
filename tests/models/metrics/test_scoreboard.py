import numpy as np
import tensorflow as tf

from models.metrics.scoreboard import Scoreboard
from tests.models.samples import FUNNEL

SCORES = {name: tf.constant([2.0, -1.0, 0.5, -3.0]) for name in ("click", "buy", "click_and_buy", "spend")}
TARGETS = {
    "label/click": tf.constant([1.0, 0.0, 1.0, 0.0]),
    "label/spend": tf.constant([1.0, np.nan, 2.5, np.nan]),
    "known/spend": tf.constant([1.0, 0.0, 1.0, 0.0]),
}


def test_only_outputs_with_a_label_column_are_scored():
    board = Scoreboard(FUNNEL)
    labelled = board.add_scores(SCORES, TARGETS)
    results = board.output_results(labelled)
    assert set(results) == {"click_auc", "spend_rmse"}


def test_an_output_is_scored_over_its_own_sample_space():
    board = Scoreboard(FUNNEL)
    results = board.output_results(board.add_scores(SCORES, TARGETS))
    # Rows 0 and 2 alone: errors of 1 and of 2.
    np.testing.assert_allclose(results["spend_rmse"], np.sqrt((1 + 4) / 2), rtol=1e-6)
    np.testing.assert_allclose(results["click_auc"], 1.0)


def test_losses_are_named_and_weighted_by_their_sample_space():
    board = Scoreboard(FUNNEL)
    board.add_losses(tf.constant([4.0, 2.0, 3.0]), tf.constant([4.0, 4.0, 1.0]), tf.constant(0.0))
    board.add_losses(tf.constant([2.0, 2.0, 0.0]), tf.constant([2.0, 4.0, 0.0]), tf.constant(0.0))
    results = {name: float(value) for name, value in board.loss_results().items()}
    wanted = {"loss": 1.0 + 0.5 + 0.1 * 3.0, "click_loss": 1.0, "click_and_buy_loss": 0.5, "spend_loss": 3.0}
    assert set(results) == set(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(results[name], value, rtol=1e-6)
