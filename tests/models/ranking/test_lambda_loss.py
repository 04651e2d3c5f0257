import numpy as np
import pytest
import tensorflow as tf

from models.errors import ConfigError
from models.ranking import Gain, LambdaLoss
from tests.models.ranking.oracle import batch, swap_change


@pytest.mark.parametrize("at", [None, 1, 3], ids=str)
@pytest.mark.parametrize("gain", Gain, ids=lambda gain: gain.value)
def test_a_pairs_pull_is_what_exchanging_its_rows_would_do_to_ndcg(at, gain):
    # The loss of a pair has the slope -sigma / (1 + exp(sigma (s_i - s_j))), times |delta NDCG|.
    loss = LambdaLoss(at=at, gain=gain, sigma=1.5)
    scores, labels, _, _ = batch(29, lengths=(8,))
    given = tf.constant(scores, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(given)
        ranked = loss(given, tf.constant(labels, tf.float32), lists=tf.zeros([8], tf.int64))
        mean = tf.reduce_sum(ranked.losses) / 8
    wanted = np.zeros(8)
    for i in range(8):
        for j in range(8):
            if labels[i] > labels[j]:
                pull = swap_change(loss, scores, labels, i, j) * 1.5 / (1 + np.exp(1.5 * (scores[i] - scores[j])))
                wanted[i] -= pull
                wanted[j] += pull
    np.testing.assert_allclose(tape.gradient(mean, given), wanted, rtol=1e-4, atol=1e-6)


def test_two_rows_by_hand():
    # One row of label 1 below one of 0: exchanged, NDCG rises from 1 / log2(3) to 1. Scores are equal, rows not.
    ranked = LambdaLoss()(tf.zeros([2]), tf.constant([0.0, 1.0]), lists=tf.zeros([2], tf.int64))
    loss = (1 - 1 / np.log2(3)) * np.log(2)
    np.testing.assert_allclose(ranked.losses, [loss, loss], rtol=1e-6)
    np.testing.assert_array_equal(ranked.weights, [1.0, 1.0])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sigma": 0.0}, "`sigma` must be positive, got 0.0."),
        ({"smooth_fraction": 1.5}, r"`smooth_fraction` must be in \[0, 1\], got 1.5."),
        ({"at": 0}, "`at` must be positive, got 0; leave it out for all places."),
    ],
    ids=["sigma", "smooth_fraction", "at"],
)
def test_what_cannot_be_is_refused(fields, sentence):
    with pytest.raises(ConfigError, match=sentence):
        LambdaLoss(**fields)


def test_a_score_that_is_no_number_leaves_the_ranks_of_other_lists_alone():
    draws = np.random.default_rng(0)
    scores, labels, lists = draws.normal(size=24), draws.integers(0, 4, 24), np.repeat(np.arange(4), 6)
    whole = LambdaLoss()(scores, labels, lists=lists).losses
    places = np.arange(0, 24, 4)
    strange, none = np.insert(scores, places, np.nan), np.insert(lists, places, -1)
    found = LambdaLoss()(strange, np.insert(labels, places, 1), lists=none).losses
    np.testing.assert_allclose(found.numpy()[none >= 0], whole, rtol=1e-6)
