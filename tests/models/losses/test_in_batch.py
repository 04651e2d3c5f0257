import math

import numpy as np
import pytest
import tensorflow as tf

from models.losses.in_batch import in_batch_softmax, in_batch_softmax_both_ways

TEMPERATURE = 0.5
NUM_ITEMS, WIDTH, BATCH = 12, 4, 32


def oracle(anchors, others, *, temperature, log_q):
    """The definition, in float64."""
    anchors, others = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (anchors, others))
    logits = anchors @ others.T / temperature - log_q
    return np.log(np.exp(logits).sum(axis=1)) - np.diag(logits)


def test_identical_rows_cannot_be_told_apart():
    # All four cosines are 1, so each row's own match has the probability 1 / 4.
    rows = tf.ones([4, 3])
    np.testing.assert_allclose(in_batch_softmax(rows, rows, temperature=0.1), [math.log(4)] * 4, rtol=1e-6)


def test_equal_views_of_rows_at_right_angles_have_the_value_worked_out_by_hand():
    # A cosine of 1 with itself and 0 with the two others: log(1 + 2 exp(-1 / temperature)).
    rows = 7.0 * tf.eye(3)
    wanted = math.log(1 + 2 * math.exp(-1 / TEMPERATURE))
    np.testing.assert_allclose(in_batch_softmax(rows, rows, temperature=TEMPERATURE), [wanted] * 3, rtol=1e-6)


def test_a_single_row_has_no_negatives_and_no_loss():
    row = tf.constant([[0.3, -1.0]])
    np.testing.assert_allclose(in_batch_softmax(row, -row, temperature=TEMPERATURE), [0.0], atol=1e-6)


def test_loss_and_gradients_equal_a_float64_oracle_and_its_finite_differences():
    draws = np.random.default_rng(0)
    anchors, others = draws.normal(size=(2, 5, 3))
    log_q = np.log(draws.uniform(0.01, 0.3, 5))
    given = {"temperature": TEMPERATURE, "log_q": log_q}
    with tf.GradientTape() as tape:
        pair = [tf.constant(one, tf.float32) for one in (anchors, others)]
        tape.watch(pair)
        losses = in_batch_softmax(*pair, temperature=TEMPERATURE, log_q=tf.constant(log_q, tf.float32))
    np.testing.assert_allclose(losses, oracle(anchors, others, **given), rtol=1e-5)
    step = 1e-6
    for place, gradient in enumerate(tape.gradient(losses, pair)):
        for index in np.ndindex(5, 3):
            moved = [[one.copy() for one in (anchors, others)] for _ in range(2)]
            moved[0][place][index] += step
            moved[1][place][index] -= step
            up, down = (oracle(*pair, **given).sum() for pair in moved)
            assert gradient.numpy()[index] == pytest.approx((up - down) / (2 * step), abs=2e-5)


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("temperature", [1.0, 0.1, 1 / 30, 0.03, 0.005])
def test_both_ways_are_the_mean_of_each_with_the_same_gradients(temperature, corrected):
    draws = np.random.default_rng(3)
    first = draws.normal(size=(40, 6))
    second = np.concatenate([first[:20] + 0.1 * draws.normal(size=(20, 6)), -first[20:]])
    log_q = np.log(draws.uniform(1e-7, 0.3, 40)) if corrected else None
    given = {"temperature": temperature, "log_q": None if log_q is None else tf.constant(log_q, tf.float32)}
    with tf.GradientTape(persistent=True) as tape:
        pair = [tf.constant(one, tf.float32) for one in (first, second)]
        tape.watch(pair)
        found = in_batch_softmax_both_ways(*pair, **given)
        each = (in_batch_softmax(*pair, **given) + in_batch_softmax(*pair[::-1], **given)) / 2
    in_float64 = {"temperature": temperature, "log_q": 0.0 if log_q is None else log_q}
    wanted = (oracle(first, second, **in_float64) + oracle(second, first, **in_float64)) / 2
    # Logits are up to 1 / temperature, of which float32 keeps seven digits.
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 / temperature)
    for gradient, other in zip(tape.gradient(found, pair), tape.gradient(each, pair), strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-4, atol=1e-5 / temperature)


def gradient_of_users(users, items, chosen, *, log_q):
    with tf.GradientTape() as tape:
        tape.watch(users)
        loss = in_batch_softmax(users, tf.gather(items, chosen), temperature=TEMPERATURE, log_q=log_q)
    return tape.gradient(loss, users).numpy()


def test_the_correction_takes_back_what_popularity_adds_to_the_full_softmax():
    # One user, whose own item is drawn like all others: over many batches the mean gradient by the user nears that of
    # the softmax over the whole catalogue, if and only if it is corrected. 1,000 batches leave an error of some 2 %.
    draws = np.random.default_rng(1)
    items = tf.constant(draws.normal(size=(NUM_ITEMS, WIDTH)), tf.float32)
    user = tf.constant(draws.normal(size=(1, WIDTH)), tf.float32)
    q = np.geomspace(1, 100, NUM_ITEMS) / np.geomspace(1, 100, NUM_ITEMS).sum()
    log_q = tf.constant(np.log(q), tf.float32)
    # The full softmax, the positives being drawn by q: each item once, and the positive's own logit.
    with tf.GradientTape() as tape:
        tape.watch(user)
        cosines = tf.linalg.matvec(tf.math.l2_normalize(items, axis=1), tf.math.l2_normalize(user, axis=1)[0])
        logits = cosines / TEMPERATURE
        loss = tf.reduce_logsumexp(logits) - tf.reduce_sum(tf.constant(q, tf.float32) * logits)
    wanted = tape.gradient(loss, user).numpy()[0]
    found = {True: [], False: []}
    for _ in range(1_000):
        chosen = draws.choice(NUM_ITEMS, BATCH, p=q)
        for corrected, means in found.items():
            by_row = gradient_of_users(
                tf.repeat(user, BATCH, axis=0), items, chosen, log_q=tf.gather(log_q, chosen) if corrected else None
            )
            means.append(by_row.mean(axis=0))
    errors = {key: np.linalg.norm(np.mean(means, axis=0) - wanted) for key, means in found.items()}
    assert errors[True] < 0.2 * errors[False]
