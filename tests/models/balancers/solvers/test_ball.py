import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from models.balancers.solvers import best_worst_in_ball
from tests.models.balancers.gradients import KINDS, draw, gram_of

sizes = pytest.mark.parametrize("num_tasks", [2, 3, 4, 16])
shares = pytest.mark.parametrize("share", [0.0, 0.4, 1.0, 1.7])


def solved(rows, share, mask=None):
    """Weights, for a ball around the mean gradient whose radius is a share of its length."""
    gram = gram_of(rows)
    mask = np.ones(gram.shape[1], bool) if mask is None else mask
    start = np.tile(mask / mask.sum(), (len(gram), 1))
    radius = share * np.linalg.norm(np.einsum("gt,gts->gs", start, rows), axis=1, keepdims=True)
    return best_worst_in_ball(
        tf.constant(gram), tf.constant(start), tf.constant(radius), mask=tf.constant(mask)
    ).numpy()


def gains(rows, weights):
    """What each task gains along the mean plus the weighted gradients; how far that is from the mean; its length."""
    mean = rows.mean(axis=1)
    added = np.einsum("gt,gts->gs", weights, rows)
    gain = np.einsum("gts,gs->gt", rows, mean + added)
    return gain, np.linalg.norm(added, axis=1), np.linalg.norm(mean, axis=1)


@sizes
@shares
@pytest.mark.parametrize("kind", KINDS)
def test_it_stays_in_the_ball_and_the_worst_off_task_loses_nothing(kind, num_tasks, share):
    rows = draw(kind, num_tasks, num=60)
    weights = solved(rows, share)
    gain, distance, length = gains(rows, weights)
    assert np.isfinite(weights).all() and (weights >= 0).all()
    assert (distance <= share * length + 1e-9).all()
    assert (gain.min(axis=1) >= gains(rows, 0 * weights)[0].min(axis=1) - 1e-6).all()  # The ridge.


@sizes
@shares
@pytest.mark.parametrize("kind", ["full", "unlike", "equal", "agreeing"])
def test_no_direction_in_the_ball_is_better_for_the_worst_off_task(kind, num_tasks, share):
    # For any w of sum 1, g_w'g_0 + radius |g_w| is above what the worst-off task can gain: one that meets it proves it.
    rows = draw(kind, num_tasks, num=60)
    weights = solved(rows, share)
    gain, _, length = gains(rows, weights)
    bound = (
        weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
        if share
        else np.eye(num_tasks)[gain.argmin(axis=1)]
    )
    combined = np.einsum("gt,gts->gs", bound, rows)
    above = np.sum(combined * rows.mean(axis=1), axis=1) + share * length * np.linalg.norm(combined, axis=1)
    np.testing.assert_allclose(gain.min(axis=1), above, rtol=1e-7, atol=1e-8)


def nearest(gradients, vector, level):
    """How far from `vector` the nearest direction is along which each gradient gains `level`; by Lawson and Hanson."""
    need = level - gradients @ vector
    size = np.abs(need).max()
    matrix, right = np.vstack([gradients.T, need / size]), np.append(np.zeros(len(vector)), 1.0)
    weights, rest = scipy.optimize.nnls(matrix, right, maxiter=1000)
    gap = matrix @ weights - right
    return np.inf if min(rest, -gap[-1]) < 1e-9 else size * np.linalg.norm(gap[:-1] / gap[-1])


@pytest.mark.parametrize("share", [0.4, 1.0, 1.7])
@pytest.mark.parametrize("kind", ["full", "flat", "opposed", "stationary"])
def test_the_worst_off_task_gains_what_a_bisection_of_the_level_finds(kind, share):
    rows = draw(kind, 4, num=15)
    gain, _, length = gains(rows, solved(rows, share))
    for gradients, worst, around in zip(rows, gain.min(axis=1), length, strict=True):
        low, high = (gradients @ gradients.mean(axis=0)).min() - 1e-9, 100.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            is_near = nearest(gradients, gradients.mean(axis=0), middle) <= share * around
            low, high = (middle, high) if is_near else (low, middle)
        np.testing.assert_allclose(worst, low, atol=1e-5)  # The ridge, where gradients cancel.


def test_where_gradients_cancel_it_takes_the_nearest_direction_that_harms_none():
    # The first two forbid any move along the first axis, on which the mean, (-1/4, 1/4, 1/4), must therefore give in.
    rows = np.array([[[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]])
    mean = rows[0].mean(axis=0)
    weights = solved(rows, 1.5)
    np.testing.assert_allclose(mean + weights[0] @ rows[0], [0.0, 0.25, 0.25], atol=1e-6)
    assert weights.max() < 1.0


def test_equal_gradients_are_followed_as_far_as_the_ball_goes():
    rows = np.tile([[[3.0, 4.0]]], (1, 4, 1))
    np.testing.assert_allclose(solved(rows, 0.4), [[0.1] * 4], rtol=1e-5)


def test_a_task_without_gradient_bounds_nothing():
    rows = draw("zero", 4)
    weights = solved(rows, 0.5)
    assert (weights[:, 0] == 0).all()
    mean = np.tile([[0.0, 1 / 4, 1 / 4, 1 / 4]], (len(rows), 1))  # The zero gradient counts in the mean.
    radius = 0.5 * np.linalg.norm(np.einsum("gt,gts->gs", mean, rows), axis=1, keepdims=True)
    rest = gram_of(rows[:, 1:])
    expected = best_worst_in_ball(rest, tf.constant(mean[:, 1:]), tf.constant(radius), mask=tf.ones(3, tf.bool))
    np.testing.assert_allclose(weights[:, 1:], expected, rtol=1e-9)


def test_a_task_outside_the_mask_is_no_part_of_the_problem():
    rows, rest = draw("full", 4), [0, 1, 3]
    weights = solved(rows, 0.5, np.array([True, True, False, True]))
    assert (weights[:, 2] == 0).all()
    np.testing.assert_allclose(weights[:, rest], solved(rows[:, rest], 0.5), rtol=1e-9)
    assert (solved(rows, 0.5, np.array([False] * 3 + [True]))[:, :3] == 0).all()


@pytest.mark.slow
def test_in_a_graph_and_in_xla_it_gives_the_same():
    rows = draw("full", 5)
    gram, start = tf.constant(gram_of(rows)), tf.fill([len(rows), 5], tf.constant(0.2, tf.float64))
    radius, mask = tf.ones([len(rows), 1], tf.float64), tf.ones([5], tf.bool)
    eager = best_worst_in_ball(gram, start, radius, mask=mask)
    for jit in (False, True):
        compiled = tf.function(lambda *args: best_worst_in_ball(*args, mask=mask), jit_compile=jit)
        np.testing.assert_allclose(compiled(gram, start, radius), eager, rtol=1e-8, atol=1e-12)
