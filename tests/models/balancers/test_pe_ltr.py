import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import PELTR, SolveMode
from models.binding import Problem, bind_or_raise
from models.errors import ConfigError
from tests.models.balancers.gradients import KINDS, draw, gram_of, shortest, weights_of
from tests.models.balancers.seen import losses_named, seen_of

modes = pytest.mark.parametrize("mode", SolveMode)
kinds = pytest.mark.parametrize("kind", KINDS)
BOUNDS = {"task_0": 0.1, "task_2": 0.3}
LOWER = np.array([0.1, 0.0, 0.3, 0.0])


def float32(gram):
    """What is left of a matrix when a balancer is shown it."""
    return np.asarray(gram, np.float32).astype(np.float64)


def two_step(gram, lower):
    """The published method, by a pseudoinverse and a bisection."""
    num_tasks, free = len(gram), 1 - lower.sum()
    matrix = np.block([[gram / np.trace(gram), np.ones((num_tasks, 1))], [np.ones((1, num_tasks)), 0]])
    right = np.append(-gram / np.trace(gram) @ lower, free)
    relaxed = (np.linalg.pinv(matrix, rcond=1e-10) @ right)[:num_tasks]
    low, high = relaxed.min() - 1, relaxed.max()
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if np.maximum(relaxed - middle, 0).sum() > free else (low, middle)
    return lower + np.maximum(relaxed - high, 0)


def lengths(weights, gram):
    return np.einsum("gi,gij,gj->g", weights, gram, weights)


@modes
@kinds
@pytest.mark.parametrize("num_tasks", [2, 3, 4, 6])
def test_weights_sum_to_1_and_keep_their_bounds(mode, kind, num_tasks):
    bounds = {f"task_{place}": 0.9 * (place + 1) / 21 for place in range(num_tasks)}
    gram = gram_of(draw(kind, num_tasks))
    weights = weights_of(PELTR(bounds=bounds, mode=mode), gram)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)
    kept = weights if kind != "zero" else weights[:, 1:]
    lower = np.array(list(bounds.values()))[-kept.shape[1] :]
    if kind != "coarse":  # Where some gradients are 0 their bounds have left.
        assert (kept >= lower - 1e-7).all()


@modes
def test_two_tasks_without_bounds_get_the_closed_form_of_mgda(mode):
    rows = draw("full", 2)
    apart = rows[:, 1] - rows[:, 0]
    first = np.clip(np.sum(apart * rows[:, 1], axis=1) / np.sum(apart**2, axis=1), 0, 1)
    weights = weights_of(PELTR(mode=mode), gram_of(rows))
    np.testing.assert_allclose(weights, np.stack([first, 1 - first], axis=1), rtol=1e-4, atol=1e-6)


def test_two_tasks_by_hand():
    # Of norms 1 and 2 at right angles: 4/5 and 1/5 without a bound, and 1/5 is too little for one of 0.3.
    for mode in SolveMode:
        weights = weights_of(PELTR(bounds={"task_1": 0.3}, mode=mode), np.diag([1.0, 4.0]))
        np.testing.assert_allclose(weights, [0.7, 0.3], rtol=1e-6)
        weights = weights_of(PELTR(bounds={"task_1": 0.1}, mode=mode), np.diag([1.0, 4.0]))
        np.testing.assert_allclose(weights, [0.8, 0.2], rtol=1e-6)


@modes
def test_bounds_that_sum_to_almost_1_are_the_weights(mode):
    bounds = {"task_0": 0.5, "task_1": 0.2, "task_2": 0.3 - 1e-9}
    weights = weights_of(PELTR(bounds=bounds, mode=mode), gram_of(draw("full", 3)))
    np.testing.assert_allclose(weights, np.tile([0.5, 0.2, 0.3], (100, 1)), rtol=1e-6)


@modes
def test_equal_gradients_share_evenly_what_is_free(mode):
    gram = gram_of(np.tile([[3.0, 4.0]], (4, 1)))
    np.testing.assert_allclose(weights_of(PELTR(bounds=BOUNDS, mode=mode), gram), [0.25, 0.15, 0.45, 0.15], rtol=1e-4)
    np.testing.assert_allclose(weights_of(PELTR(mode=mode), gram), [0.25] * 4, rtol=1e-4)


@kinds
@pytest.mark.parametrize("num_tasks", [3, 4])
def test_exact_is_never_longer_than_two_step_nor_than_any_other(kind, num_tasks):
    gram = float32(gram_of(draw(kind, num_tasks, num=40)))
    gram = gram[(np.einsum("gtt->gt", gram) > 0).all(axis=1)] if kind != "zero" else gram[:, 1:, 1:]
    bounds = {name: value for name, value in BOUNDS.items() if int(name[-1]) < gram.shape[1]}
    lower = LOWER[: gram.shape[1]]
    exact, steps = (lengths(weights_of(PELTR(bounds=bounds, mode=mode), gram), gram) for mode in SolveMode)
    allowed = 1e-6 * np.einsum("gtt->g", gram)
    assert (exact <= steps + allowed).all()
    for matrix, length, slack in zip(gram, exact, allowed, strict=True):
        best = shortest(matrix, lower)
        assert length <= best @ matrix @ best + slack


@pytest.mark.parametrize(("num_tasks", "least", "most"), [(2, 0.0, 0.0), (3, 0.2, 0.8), (4, 0.4, 0.95)])
def test_two_step_is_longer_in_many_problems_of_three_tasks_and_none_of_two(num_tasks, least, most):
    rows = np.random.default_rng(0).standard_normal((400, num_tasks, 5))
    gram = float32(gram_of(rows))
    bounds = {f"task_{place}": 0.1 for place in range(num_tasks)}
    exact, steps = (lengths(weights_of(PELTR(bounds=bounds, mode=mode), gram), gram) for mode in SolveMode)
    assert least <= np.mean(steps > exact * (1 + 1e-4)) <= most


@pytest.mark.parametrize("kind", ["full", "unlike", "equal", "opposed", "agreeing", "stationary"])
def test_two_step_is_the_published_method(kind):
    gram = float32(gram_of(draw(kind, 4)))
    weights = weights_of(PELTR(bounds=BOUNDS, mode=SolveMode.TWO_STEP), gram)
    np.testing.assert_allclose(weights, [two_step(matrix, LOWER) for matrix in gram], atol=1e-5)


@kinds
def test_the_conditions_of_optimality_hold_for_exact(kind):
    gram = float32(gram_of(draw(kind, 4)))
    gram = gram[(np.einsum("gtt->gt", gram) > 0).all(axis=1)]
    weights = weights_of(PELTR(bounds=BOUNDS), gram)
    slope = np.einsum("gij,gj->gi", gram, weights)
    is_free = weights > LOWER + 1e-6
    level = np.min(np.where(is_free, slope, np.inf), axis=1, keepdims=True)
    allowed = 1e-6 * np.einsum("gtt->g", gram)[:, None]
    assert (slope >= level - allowed).all()
    assert ((np.abs(slope - level) <= allowed) | ~is_free).all()


@modes
@pytest.mark.parametrize("scale", [1e-10, 1e10])
def test_the_unit_of_the_gradients_does_not_matter(mode, scale):
    gram = gram_of(draw("full", 4))
    balancer = PELTR(bounds=BOUNDS, mode=mode)
    np.testing.assert_allclose(weights_of(balancer, scale * gram), weights_of(balancer, gram), rtol=1e-4, atol=1e-6)


@modes
def test_weights_change_little_when_gradients_do(mode):
    gram, draws = gram_of(draw("full", 4)), np.random.default_rng(1)
    noise = draws.standard_normal(gram.shape) * 1e-4
    balancer = PELTR(bounds=BOUNDS, mode=mode)
    moved = weights_of(balancer, gram * (1 + noise + np.swapaxes(noise, 1, 2)))
    np.testing.assert_allclose(moved, weights_of(balancer, gram), atol=0.01)


@modes
def test_an_absent_task_leaves_the_problem_and_its_bound_with_it(mode):
    gram, rest = gram_of(draw("full", 4)), [0, 1, 3]
    weights = weights_of(PELTR(bounds=BOUNDS, mode=mode), gram, active=[True, True, False, True])
    declared = losses_named("task_0", "task_1", "task_3")
    alone = weights_of(PELTR(bounds={"task_0": 0.1}, mode=mode), gram[:, rest][:, :, rest], declared=declared)
    np.testing.assert_allclose(weights[:, rest], alone, rtol=1e-5, atol=1e-7)
    assert (weights[:, 2] == 0).all()


@modes
def test_an_active_task_without_gradient_leaves_the_problem(mode):
    gram = gram_of(draw("zero", 4))
    weights = weights_of(PELTR(bounds=BOUNDS, mode=mode), gram)
    declared = losses_named("task_1", "task_2", "task_3")
    alone = weights_of(PELTR(bounds={"task_2": 0.3}, mode=mode), gram[:, 1:, 1:], declared=declared)
    np.testing.assert_allclose(weights[:, 1:], alone, rtol=1e-5, atol=1e-7)


@modes
def test_no_gradient_flows_through_the_weights(mode):
    gram = tf.Variable(gram_of(draw("full", 3, num=1)), dtype=tf.float32)
    with tf.GradientTape() as tape:
        weights = PELTR(mode=mode).balance(dataclasses.replace(seen_of(gram=np.eye(3)), gram=tf.identity(gram)), {})
    assert tape.gradient(weights, gram) is None


def test_bounds_that_leave_no_choice_are_refused():
    with pytest.raises(ConfigError) as error:
        PELTR(bounds={"click": 0.5, "buy": 0.5})
    assert error.value.problems == (
        "`bounds` must sum to less than 1, got 1: lower some, so that there is a choice left.",
    )
    with pytest.raises(ConfigError) as error:
        PELTR(bounds={"click": -0.5}, update_every=0)
    assert error.value.problems == (
        "`update_every` must be 1 or more, got 0.",
        "`bounds` of `click` must be 0 or positive, got -0.5.",
    )


def test_bounds_of_no_loss_are_named_with_the_nearest():
    balancer = bind_or_raise(PELTR, {"method": "pe_ltr", "mode": "two_step", "bounds": {"clik": 0.1}})
    assert balancer.mode is SolveMode.TWO_STEP
    assert balancer.problems(losses_named("click", "buy")) == [
        Problem(("bounds", "clik"), "no loss is called `clik`. Did you mean `click`?", at_key=True)
    ]
