import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import GradNorm, Scope
from models.errors import ConfigError
from models.heads import ZeroInflatedLognormal
from tests.models.balancers.grams import GramRunner
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named, seen_of


def runner_of(num_tasks, **settings):
    return GramRunner(GradNorm(**settings), losses_named(*names_of(num_tasks)), jit=False)


def trained(norms, losses, **settings):
    """`[steps, tasks]` weights of `[steps, tasks]` norms and losses."""
    norms, losses = np.broadcast_arrays(norms, losses)
    grams = np.array([np.outer(row, row) for row in norms])
    return runner_of(norms.shape[1], **settings).run(grams[:, None], losses)[:, 0]


def oracle(norms, losses, active, *, alpha, learning_rate, initial_steps):
    """The paper's update, task by task, on norms relative to the root of their mean square."""
    num_tasks = norms.shape[1]
    kept, history, found = np.ones(num_tasks), [[] for _ in range(num_tasks)], []
    for norm, loss, here in zip(norms, losses, active, strict=True):
        tasks = [task for task in range(num_tasks) if here[task]]
        for task in tasks:
            history[task].append(loss[task])
        relative = norm / np.sqrt(np.mean(norm[tasks] ** 2))
        scale = len(tasks) / sum(kept[task] for task in tasks)
        weights = {task: kept[task] * scale for task in tasks}
        left = {task: loss[task] / np.mean(history[task][:initial_steps]) for task in tasks}
        rate = {task: left[task] / np.mean(list(left.values())) for task in tasks}
        mean = np.mean([weights[task] * relative[task] for task in tasks])
        for task in tasks:
            target = mean * rate[task] ** alpha / relative[task]
            step = learning_rate * relative[task]  # |d L_grad / d w|; the sign is that of w n - T.
            gap = target - weights[task]
            weights[task] += np.sign(gap) * min(step, abs(gap))
        total = sum(weights.values())
        row = np.zeros(num_tasks)
        for task in tasks:
            row[task] = weights[task] * len(tasks) / total
            kept[task] = row[task] / scale
        found.append(row)
    return np.array(found)


@pytest.mark.slow
def test_it_is_the_update_of_the_paper_task_by_task():
    draws = np.random.default_rng(0)
    norms, losses = draws.lognormal(size=(40, 4)), draws.lognormal(size=(40, 4))
    active = draws.random((40, 4)) < 0.8
    active[~active.any(axis=1), 0] = True
    settings = {"alpha": 1.2, "learning_rate": 0.1, "initial_steps": 5}
    grams = np.array([np.outer(row, row) for row in norms])[:, None]
    found = runner_of(4, **settings).run(grams, losses, active)[:, 0]
    np.testing.assert_allclose(found, oracle(norms, losses, active, **settings), rtol=1e-4)


def test_weights_sum_to_the_number_of_tasks_after_each_step_and_are_positive():
    draws = np.random.default_rng(1)
    weights = trained(draws.lognormal(sigma=3, size=(60, 5)), draws.lognormal(sigma=3, size=(60, 5)), learning_rate=5.0)
    np.testing.assert_allclose(weights.sum(axis=1), 5.0, rtol=1e-6)
    assert (weights > 0).all()


def test_identical_tasks_keep_weight_1():
    losses = np.linspace(2, 1, 30)[:, None] * [1.0, 1.0, 1.0]
    np.testing.assert_allclose(trained(np.ones(3), losses), 1.0, rtol=1e-6)


@pytest.mark.slow
def test_a_task_whose_loss_is_ten_times_as_large_gets_a_tenth_of_the_weight():
    losses = np.linspace(2, 1, 400)[:, None] * [1.0, 10.0]  # Its gradients are ten times as long, too.
    weights = trained(np.array([1.0, 10.0]), losses, alpha=0.0)
    np.testing.assert_allclose(weights[-1, 1] / weights[-1, 0], 0.1, rtol=1e-3)


@pytest.mark.slow
def test_with_alpha_0_norms_become_equal():
    norms = np.array([0.3, 1.0, 2.0, 5.0])
    weights = trained(norms, np.ones((400, 4)), alpha=0.0)
    np.testing.assert_allclose(weights[-1] * norms, np.mean(weights[-1] * norms), rtol=1e-3)


@pytest.mark.parametrize(("alpha", "gains"), [(0.0, False), (0.5, True), (1.5, True)])
def test_a_slow_task_gains_weight_only_with_alpha(alpha, gains):
    losses = np.stack([np.linspace(1, 0.4, 200), np.ones(200)], axis=1)  # The second does not learn.
    weights = trained(np.ones(2), losses, alpha=alpha, initial_steps=1)
    assert (weights[-1, 1] > 1.05) == gains
    if not gains:
        np.testing.assert_allclose(weights, 1.0, rtol=1e-6)


def test_rates_differ_by_task_not_by_their_mean():
    losses = np.stack([np.linspace(1, 0.5, 100), np.linspace(1, 0.9, 100), np.ones(100)], axis=1)
    last = trained(np.ones(3), losses, initial_steps=1)[-1]
    assert last[0] < last[1] < last[2]


def test_the_first_loss_is_the_mean_of_the_first_steps():
    runner = runner_of(2, initial_steps=3)
    active = [[True, True], [True, False], [True, True], [True, True]]
    losses = [[1.0, 4.0], [2.0, 9.0], [3.0, 8.0], [30.0, 6.0]]
    runner.run(np.ones((4, 1, 2, 2)), losses, active)
    np.testing.assert_allclose(runner.memory["initial_losses"], [2.0, 6.0], rtol=1e-6)
    np.testing.assert_array_equal(runner.memory["seen"], [3.0, 3.0])


def test_a_task_whose_first_loss_was_0_does_not_blow_up():
    weights = trained(np.ones(2), np.array([[0.0, 1.0]] + [[0.5, 1.0]] * 20), initial_steps=1)
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(axis=1), 2.0, rtol=1e-6)


def test_an_absent_task_keeps_its_weight():
    runner = runner_of(3, learning_rate=0.2)
    gram = np.diag([1.0, 4.0, 9.0])[None, None]
    runner.run(gram)
    before = runner.memory["task_weights"].numpy()[0]
    runner.run(gram, active=[[True, False, True]])
    after = runner.memory["task_weights"].numpy()[0]
    assert after[1] == before[1]
    assert (after[[0, 2]] != before[[0, 2]]).all()
    np.testing.assert_allclose(after.sum(), 3.0, rtol=1e-12)


def test_only_the_diagonal_is_read():
    grams = np.array([[[[1.0, -0.9], [-0.9, 4.0]]], [[[1.0, 0.9], [0.9, 4.0]]]])
    np.testing.assert_array_equal(runner_of(2).run(grams[:1]), runner_of(2).run(grams[1:]))


def test_no_gradient_of_the_balance_reaches_the_model():
    gram, losses = tf.constant([[[1.0, 0.0], [0.0, 4.0]]]), tf.constant([1.0, 2.0])
    seen = dataclasses.replace(seen_of([1.0, 1.0]), gram=gram, losses=losses)
    with tf.GradientTape() as tape:
        tape.watch([gram, losses])
        weights = GradNorm().balance(seen, GradNorm().build(seen.declared))
    assert tape.gradient(weights, [gram, losses]) == [None, None]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alpha": -1.0}, r"`alpha` must be 0 or positive, got -1\.0\."),
        ({"learning_rate": 0.0}, r"`learning_rate` must be positive, got 0\.0\."),
        ({"initial_steps": 0}, r"`initial_steps` must be 1 or more, got 0\."),
        (
            {"layer": "table_item"},
            r"`layer` must not be an embedding table, of which a batch touches a few rows, got 'table_item': name a "
            r"shared layer of experts, or leave it out for the last one\.",
        ),
        (
            {"scope": Scope.GROUP},
            r"`scope` must be parameters for gradnorm, which compares gradients at one layer, got group: leave it out "
            r"and set `layer`\.",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        GradNorm(**settings)


def test_a_loss_that_may_be_negative_is_warned_of():
    (warning,) = GradNorm().warnings(losses_named("spend", kind=ZeroInflatedLognormal()))
    assert warning == (
        "the loss `spend` may be negative, being minus a log density: below 0 gradnorm takes it for a task that has "
        "learned all."
    )
