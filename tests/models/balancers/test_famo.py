import itertools

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import FAMO, After, Descent
from models.errors import ConfigError
from models.heads import ZeroInflatedLognormal
from tests.models.balancers.runs import Runner, names_of, weights_over
from tests.models.balancers.seen import losses_named, seen_of

LOSSES = np.random.default_rng(8).lognormal(size=(15, 3))
RATE, DECAY = 0.1, 0.01


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def jacobian(logits, step=1e-6):
    """`[tasks, tasks]`, by differences."""
    moves = step * np.eye(len(logits))
    return np.array([(softmax(logits + move) - softmax(logits - move)) / (2 * step) for move in moves]).T


def by_definition(losses, *, adam):
    """Float64: weights of every step, where the losses after an update are those of the next row."""
    logits, mean, square = (np.zeros(losses.shape[1]) for _ in range(3))
    found = []
    for count, (before, after) in enumerate(itertools.pairwise(losses), 1):
        shares = softmax(logits)
        found.append(shares / before / np.sum(shares / before))
        gradient = jacobian(logits).T @ (np.log(before) - np.log(after)) + DECAY * logits
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        direction = mean / (1 - 0.9**count) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
        logits = logits - RATE * (direction if adam else gradient)
    return np.array(found)


@pytest.mark.parametrize("after", After)
@pytest.mark.parametrize("descent", Descent)
def test_weights_are_those_of_the_algorithm(after, descent):
    # The next row is both the losses after the update and the next step's, so both ways must agree.
    balancer = FAMO(after=after, descent=descent, learning_rate=RATE, decay=DECAY)
    expected = by_definition(LOSSES, adam=descent is Descent.ADAM)
    np.testing.assert_allclose(weights_over(balancer, LOSSES), expected, rtol=2e-4)


def test_weights_sum_to_1_and_are_shares_over_losses():
    weights = weights_over(FAMO(), LOSSES)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(weights[0], 1 / LOSSES[0] / np.sum(1 / LOSSES[0]), rtol=1e-6)


@pytest.mark.parametrize("after", After)
def test_a_loss_that_falls_less_gains_share(after):
    losses = np.stack([0.5 ** np.arange(12), 0.9 ** np.arange(12)], axis=1)
    shares = weights_over(FAMO(after=after), losses) * losses[:-1]
    assert (np.diff(shares[:, 1] / shares[:, 0]) > 0).all()


def test_losses_that_fall_by_one_factor_keep_equal_shares():
    losses = np.outer(0.7 ** np.arange(10), [1.0, 30.0])
    shares = weights_over(FAMO(descent=Descent.SGD), losses) * losses[:-1]
    np.testing.assert_allclose(shares[:, 0], shares[:, 1], rtol=1e-5)


def test_without_decay_plain_steps_keep_the_sum_of_logits():
    # The softmax does not see a shift of all logits, so no gradient of it has one.
    runner = Runner(FAMO(descent=Descent.SGD, decay=0.0, learning_rate=5.0), names_of(3))
    runner.run(LOSSES)
    logits = runner.memory["logits"].numpy()
    assert np.abs(logits).max() > 0.1
    assert abs(logits.sum()) < 1e-5


@pytest.mark.parametrize("descent", Descent)
def test_it_comes_to_rest_where_all_losses_fall_at_one_relative_speed(descent):
    # Losses of 1 whose slopes have squares 1 and 4: log-losses fall by rate * share * square, alike at (.8, .2).
    balancer, squares = (
        FAMO(descent=descent, decay=0.0, learning_rate=0.05 if descent is Descent.ADAM else 5.0),
        [1.0, 4.0],
    )
    seen, memory = seen_of([1.0, 1.0]), balancer.build(losses_named("a", "b"))
    for _ in range(300):
        weights = balancer.balance(seen, memory)
        balancer.learn(seen, tf.exp(-0.3 * weights * squares), memory)
    np.testing.assert_allclose(weights, [0.8, 0.2], atol=0.01)


@pytest.mark.parametrize(("after", "needed"), [(After.SAME_BATCH, True), (After.NEXT_BATCH, False)])
def test_only_the_published_form_needs_the_losses_after(after, needed):
    assert FAMO(after=after).needs_losses_after is needed


def test_the_first_step_and_a_task_that_comes_back_are_not_judged():
    runner = Runner(FAMO(after=After.NEXT_BATCH, decay=0.0), names_of(2))
    active = np.array([[1, 1], [1, 0], [1, 1], [1, 1], [1, 1]], bool)
    losses = np.array([[1.0, 1.0], [0.9, 1.0], [0.1, 1.0], [0.1, 0.2], [1.0, 1.0]])
    runner.run(losses[:4], active[:4])
    np.testing.assert_array_equal(runner.memory["logits"], 0.0)
    runner.run(losses[3:], active[3:], start=3)
    assert (runner.memory["logits"].numpy() != 0).all()


def test_losses_after_that_are_not_finite_teach_nothing():
    balancer = FAMO()
    memory = balancer.build(losses_named("a", "b"))
    balancer.learn(seen_of([1.0, 2.0]), np.array([np.nan, 1.0], np.float32), memory)
    for variable in memory.values():
        np.testing.assert_array_equal(variable, 0.0)


def test_losses_that_may_be_negative_are_warned_of():
    (warning,) = FAMO().warnings(losses_named("spend", kind=ZeroInflatedLognormal()))
    assert "the loss `spend` may be negative" in warning


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        FAMO(learning_rate=-1.0, floor=0.0, decay=1.0)
    assert error.value.problems == (
        "`learning_rate` must be positive, got -1.0.",
        "`floor` must be positive, got 0.0.",
        "`decay` must be in [0, 1), got 1.0.",
    )
