import typing

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ranking import RANKING_LOSSES, RankingLossConfig
from tests.models.ranking.oracle import SAMPLES, batch, mean_loss

each_loss = pytest.mark.parametrize("loss", SAMPLES, ids=repr)


def mean_and_gradient(loss, scores, labels, lists, *, weights=None):
    given_scores = tf.constant(scores, tf.float32)
    given_weights = None if weights is None else tf.constant(weights, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(given_scores)
        ranked = loss(
            given_scores, tf.constant(labels, tf.float32), lists=tf.constant(lists, tf.int64), weights=given_weights
        )
        mean = tf.math.divide_no_nan(tf.reduce_sum(ranked.losses), tf.reduce_sum(ranked.weights))
    return mean.numpy(), tape.gradient(mean, given_scores).numpy()


def test_samples_cover_the_catalogue_and_keys_are_names():
    assert {type(sample) for sample in SAMPLES} == set(RANKING_LOSSES.values())
    assert set(typing.get_args(RankingLossConfig)) == set(RANKING_LOSSES.values())
    assert {sample.name: type(sample) for sample in SAMPLES} == RANKING_LOSSES


@each_loss
@settings(deadline=None, max_examples=10)  # The first call builds kernels.
@given(seed=st.integers(0, 2**32 - 1), weighted=st.booleans())
def test_losses_are_those_of_the_papers(loss, seed, weighted):
    scores, labels, lists, weights = batch(seed)
    weights = weights if weighted else None
    found, _ = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    # Sums of some hundred float32 terms.
    np.testing.assert_allclose(found, mean_loss(loss, scores, labels, lists, weights), rtol=2e-5, atol=1e-6)


@each_loss
def test_gradients_are_the_finite_differences_of_the_papers_losses(loss):
    scores, labels, lists, weights = batch(7)
    _, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    step = 1e-5  # Smaller than any distance between two scores of a list, so ranks stay as they are.
    for row in range(len(scores)):
        moved = [scores + sign * step * (np.arange(len(scores)) == row) for sign in (1, -1)]
        up, down = (mean_loss(loss, one, labels, lists, weights) for one in moved)
        np.testing.assert_allclose(gradient[row], (up - down) / (2 * step), rtol=1e-4, atol=2e-6)


@each_loss
def test_gradients_of_a_list_sum_to_zero(loss):
    scores, labels, lists, weights = batch(3)
    _, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    assert np.abs(gradient).max() > 1e-3
    sums = [gradient[lists == one].sum() for one in np.unique(lists)]
    np.testing.assert_allclose(sums, np.zeros(len(sums)), atol=1e-6)


@each_loss
def test_exchanged_scores_of_a_pair_exchange_its_gradients(loss):
    def gradient(high, low):
        return mean_and_gradient(loss, np.array([high, low]), np.array([1.0, 0.0]), np.zeros(2))[1]

    # Of two rows the loss hangs on the one margin, so pulls are opposed, and rows in either order say the same.
    np.testing.assert_allclose(gradient(0.3, 0.8)[0], -gradient(0.3, 0.8)[1], rtol=1e-6)
    other = mean_and_gradient(loss, np.array([0.8, 0.3]), np.array([0.0, 1.0]), np.zeros(2))[1]
    np.testing.assert_allclose(gradient(0.3, 0.8), other[::-1], rtol=1e-6)


@each_loss
def test_rows_in_another_order_and_lists_of_other_names_say_the_same(loss):
    scores, labels, lists, weights = batch(5)
    found, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    order = np.random.default_rng(0).permutation(len(scores))
    other, moved = mean_and_gradient(
        loss, scores[order], labels[order], 2_000 - lists[order] + 2**60, weights=weights[order]
    )
    np.testing.assert_allclose(other, found, rtol=1e-6)
    np.testing.assert_allclose(moved, gradient[order], rtol=1e-5, atol=1e-8)


@each_loss
def test_every_row_gets_the_loss_of_its_list_by_its_weight_where_it_lies_in_the_batch(loss):
    scores, labels, lists, weights = batch(5)
    ranked = loss(
        tf.constant(scores, tf.float32),
        tf.constant(labels, tf.float32),
        lists=tf.constant(lists),
        weights=tf.constant(weights, tf.float32),
    )
    for one in np.unique(lists):
        rows = lists == one
        alone = mean_loss(loss, scores[rows], labels[rows], lists[rows], weights[rows])
        np.testing.assert_allclose(ranked.losses[rows], alone * weights[rows], rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(ranked.weights[rows], weights[rows] * (len(set(labels[rows])) > 1), rtol=1e-6)


@each_loss
def test_a_perfect_order_by_far_has_no_loss(loss):
    # Labels of two levels: of more, the shares of a softmax's target have an entropy of their own.
    labels = np.array([0.0, 1.0, 0.0, 0.0])
    found, gradient = mean_and_gradient(loss, 60.0 * labels, labels, np.zeros(4))
    np.testing.assert_allclose(found, 0.0, atol=1e-12)
    np.testing.assert_allclose(gradient, np.zeros(4), atol=1e-12)


@pytest.mark.parametrize("loss", [loss for loss in SAMPLES if loss.name != "softmax"], ids=repr)
def test_a_perfect_order_of_many_levels_with_ties_has_no_loss(loss):
    labels = np.array([0.0, 3.0, 1.0, 1.0, 0.0, 2.0, 3.0])
    found, _ = mean_and_gradient(loss, 60.0 * labels, labels, np.zeros(7))
    np.testing.assert_allclose(found, 0.0, atol=1e-12)


@each_loss
@pytest.mark.parametrize(
    ("labels", "lists"),
    [([1.0, 0.0, 3.0], [4, 5, 6]), ([2.0, 2.0, 2.0], [4, 4, 4]), ([0.0, 0.0, 0.0], [4, 4, 4]), ([1.0, 0.0], [-1, -1])],
    ids=["lists of one", "equal labels", "no label above 0", "rows without a list"],
)
def test_rows_without_an_order_have_no_loss_no_gradient_and_no_count(loss, labels, lists):
    scores = np.array([1e4, -3.0, np.pi])[: len(labels)]
    found, gradient = mean_and_gradient(loss, scores, np.array(labels), np.array(lists))
    assert found == 0
    np.testing.assert_array_equal(gradient, np.zeros(len(labels)))
    ranked = loss(tf.constant(scores, tf.float32), tf.constant(labels), lists=tf.constant(lists, tf.int64))
    np.testing.assert_array_equal(ranked.weights, np.zeros(len(labels)))


@each_loss
def test_a_row_of_no_weight_or_no_list_is_as_good_as_not_there(loss):
    scores, labels, lists, weights = batch(11)
    found, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    more_lists = np.concatenate([[lists[0], -1], lists, [lists[-1]]])
    more_weights = np.concatenate([[0.0, 1.0], weights, [0.0]])
    for strange in (0.0, 1e4, np.inf):
        more_scores = np.concatenate([[strange, -strange], scores, [strange]])
        more_labels = np.concatenate([[3.0, strange], labels, [0.0 if strange == 0 else np.nan]])
        other, more = mean_and_gradient(loss, more_scores, more_labels, more_lists, weights=more_weights)
        np.testing.assert_allclose(other, found, rtol=1e-6)
        np.testing.assert_allclose(more, [0.0, 0.0, *gradient, 0.0], rtol=1e-5, atol=1e-8)


@each_loss
def test_a_list_of_double_weight_is_the_list_twice(loss):
    scores, labels, lists, _ = batch(13)
    longest = np.bincount(lists).argmax()
    weights = np.where(lists == longest, 2.0, 1.0)
    again = lists == longest
    doubled = (np.concatenate([column, column[again]]) for column in (scores, labels))
    found, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    other, twice = mean_and_gradient(loss, *doubled, np.concatenate([lists, np.full(again.sum(), 5_000)]))
    np.testing.assert_allclose(other, found, rtol=1e-6)
    twice[: len(scores)][again] += twice[len(scores) :]
    np.testing.assert_allclose(twice[: len(scores)], gradient, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("loss", [loss for loss in SAMPLES if loss.name in ("bpr", "hinge", "softmax")], ids=repr)
def test_a_row_of_weight_three_pulls_as_the_row_three_times(loss):
    # But for LambdaLoss and ListMLE, where a copy takes a place of its own in the list.
    scores, labels, lists, _ = batch(17)
    row = int(np.flatnonzero(lists == np.bincount(lists).argmax())[0])
    weights = np.where(np.arange(len(scores)) == row, 3.0, 1.0)
    tripled = [np.concatenate([column, [column[row]] * 2]) for column in (scores, labels, lists)]
    _, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    _, apart = mean_and_gradient(loss, *tripled)
    apart[row] += apart[-2:].sum()
    np.testing.assert_allclose(apart[:-2], gradient, rtol=1e-5, atol=1e-8)


@each_loss
def test_far_margins_the_wrong_way_round_are_finite_and_still_pull(loss):
    labels = np.array([3.0, 0.0, 1.0, 0.0])
    found, gradient = mean_and_gradient(loss, np.array([-1e4, 1e4, 0.0, 5e3]), labels, np.zeros(4))
    assert np.isfinite(found)
    assert np.isfinite(gradient).all()
    assert gradient[0] < -0.01 < 0.01 < gradient[1]


@each_loss
def test_ties_in_the_scores_are_told_the_same_way_every_time(loss):
    labels, lists = np.array([0.0, 1.0, 2.0, 0.0, 1.0, 0.0]), np.array([4, 4, 4, 4, 9, 9])
    found, gradient = mean_and_gradient(loss, np.zeros(6), labels, lists)
    for _ in range(3):
        again, same = mean_and_gradient(loss, np.zeros(6), labels, lists)
        assert again == found
        np.testing.assert_array_equal(same, gradient)


@each_loss
@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16], ids=lambda dtype: dtype.name)
def test_half_precision_scores_make_float32_losses(loss, dtype):
    scores, labels, lists, _ = batch(19)
    given_scores = tf.cast(scores, dtype)
    ranked = loss(given_scores, tf.constant(labels), lists=tf.constant(lists))
    assert ranked.losses.dtype == ranked.weights.dtype == tf.float32
    exact = loss(tf.cast(given_scores, tf.float32), tf.constant(labels), lists=tf.constant(lists))
    np.testing.assert_array_equal(ranked.losses, exact.losses)


@pytest.mark.slow
@pytest.mark.parametrize("loss", {type(sample): sample for sample in SAMPLES}.values(), ids=repr)
def test_xla_compiles_static_shapes_to_the_same(loss):
    scores, labels, lists, weights = batch(23)

    @tf.function(jit_compile=True)
    def step(scores):
        with tf.GradientTape() as tape:
            tape.watch(scores)
            ranked = loss(
                scores,
                tf.constant(labels, tf.float32),
                lists=tf.constant(lists),
                weights=tf.constant(weights, tf.float32),
                longest=9,
            )
            mean = tf.reduce_sum(ranked.losses) / tf.reduce_sum(ranked.weights)
        return mean, tape.gradient(mean, scores)

    found, gradient = mean_and_gradient(loss, scores, labels, lists, weights=weights)
    compiled, same = step(tf.constant(scores, tf.float32))
    np.testing.assert_allclose(compiled, found, rtol=1e-5)
    np.testing.assert_allclose(same, gradient, rtol=1e-4, atol=1e-6)
