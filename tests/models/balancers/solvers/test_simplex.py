import numpy as np
import pytest
import tensorflow as tf

from models.balancers.solvers import project_on_simplex, simplex_qp
from tests.models.balancers.gradients import KINDS, draw, gram_of, shortest

sizes = pytest.mark.parametrize("num_tasks", [2, 3, 4, 16])
kinds = pytest.mark.parametrize("kind", KINDS)


def projected(point, total, mask=None):
    mask = np.ones(point.shape[1], bool) if mask is None else mask
    return project_on_simplex(tf.constant(point), tf.constant(total, tf.float64), mask=tf.constant(mask)).numpy()


def solved(gram, lower, mask=None):
    mask = np.ones(gram.shape[1], bool) if mask is None else mask
    return simplex_qp(tf.constant(gram), tf.constant(lower, tf.float64), mask=tf.constant(mask)).numpy()


def bisected(point, total):
    low, high = point.min() - total - 1, point.max()
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if np.maximum(point - middle, 0).sum() > total else (low, middle)
    return np.maximum(point - high, 0)


@sizes
@pytest.mark.parametrize("total", [1.0, 0.05, 7.0])
def test_the_projection_is_that_of_a_bisection(num_tasks, total):
    point = np.random.default_rng(0).standard_normal((200, num_tasks)) * 2
    point[:50] = np.round(point[:50])  # Ties.
    found = projected(point, total)
    np.testing.assert_allclose(found, [bisected(row, total) for row in point], atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), total, rtol=1e-12)


def test_a_point_of_the_simplex_projects_on_itself():
    point = np.random.default_rng(1).dirichlet(np.ones(5), 20)
    np.testing.assert_allclose(projected(point, 1.0), point, atol=1e-15)


def test_by_hand():
    # (0.9, 0.5, -3): the third is out, and 0.2 too much is taken from the two others alike.
    np.testing.assert_allclose(projected(np.array([[0.9, 0.5, -3.0]]), 1.0), [[0.7, 0.3, 0.0]], rtol=1e-14)


def test_the_projection_leaves_tasks_outside_the_mask_out():
    point = np.random.default_rng(2).standard_normal((20, 4))
    found = projected(point, 1.0, np.array([True, False, True, True]))
    assert (found[:, 1] == 0).all()
    np.testing.assert_allclose(found[:, [0, 2, 3]], projected(point[:, [0, 2, 3]], 1.0), rtol=1e-13)
    assert (projected(point, 1.0, np.zeros(4, bool)) == 0).all()


@kinds
@pytest.mark.parametrize("num_tasks", [2, 3, 4])
@pytest.mark.parametrize("bound", [0.0, 0.2])
def test_no_combination_is_shorter(kind, num_tasks, bound):
    gram = gram_of(draw(kind, num_tasks, num=40))
    lower = np.linspace(0, bound, num_tasks)
    weights = solved(gram, lower)
    assert (weights >= lower).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    for matrix, found in zip(gram, weights, strict=True):
        best = shortest(matrix, lower)
        assert found @ matrix @ found <= best @ matrix @ best + 1e-10 * np.trace(matrix)


@kinds
@sizes
def test_the_conditions_of_optimality_hold(kind, num_tasks):
    gram = gram_of(draw(kind, num_tasks, num=200))
    gram /= np.maximum(np.einsum("gtt->g", gram), 1e-9)[:, None, None]
    lower = np.linspace(0, 0.5, num_tasks) / num_tasks
    for bounds in (np.zeros(num_tasks), lower):
        weights = solved(gram, bounds)
        slope = np.einsum("gij,gj->gi", gram, weights)
        is_free = weights > bounds + 1e-12
        level = np.min(np.where(is_free, slope, np.inf), axis=1, keepdims=True)
        assert (slope >= level - 1e-9).all()
        assert (np.abs(slope - level)[is_free] <= 1e-9).all()


@sizes
def test_lengths_of_unlike_sizes_lose_no_digits(num_tasks):
    gram = gram_of(draw("unlike", num_tasks, num=200))
    weights = solved(gram, np.zeros(num_tasks))
    slope, least = np.einsum("gij,gj->gi", gram, weights), np.min(np.einsum("gtt->gt", gram), axis=1, keepdims=True)
    length = np.einsum("gi,gi->g", weights, slope)[:, None]
    lengths = np.sqrt(np.einsum("gtt->gt", gram) * least)
    assert (slope >= length - 1e-8 * lengths).all()


def test_equal_gradients_share_evenly_what_is_free():
    gram = np.ones((1, 4, 4))
    np.testing.assert_allclose(solved(gram, np.zeros(4)), [[0.25] * 4], rtol=1e-5)
    np.testing.assert_allclose(solved(gram, np.array([0.4, 0.0, 0.2, 0.0])), [[0.5, 0.1, 0.3, 0.1]], rtol=1e-5)
    np.testing.assert_allclose(solved(gram[:, :2, :2], np.array([0.4, 0.0])), [[0.7, 0.3]], rtol=1e-12)


@pytest.mark.parametrize("kind", ["full", "flat", "unlike"])
def test_two_tasks_inside_the_mask_are_solved_as_two_tasks(kind):
    gram = gram_of(draw(kind, 4))
    pair, lower = [1, 3], np.array([0.9, 0.1, 0.0, 0.3])
    weights = solved(gram, lower, np.array([False, True, False, True]))
    assert (weights[:, [0, 2]] == 0).all()
    np.testing.assert_allclose(weights[:, pair], solved(gram[:, pair][:, :, pair], lower[pair]), rtol=1e-6, atol=1e-9)


@sizes
def test_one_task_alone_gets_everything_and_none_gets_nothing(num_tasks):
    gram = gram_of(draw("full", num_tasks, num=3))
    alone = np.arange(num_tasks) == 1
    np.testing.assert_allclose(solved(gram, 0.3 * np.ones(num_tasks), alone), np.tile(alone, (3, 1)), rtol=1e-12)
    assert (solved(gram, np.zeros(num_tasks), np.zeros(num_tasks, bool)) == 0).all()


def test_masks_and_bounds_may_differ_by_group():
    gram, draws = gram_of(draw("flat", 4, num=8)), np.random.default_rng(3)
    mask, lower = draws.random((8, 4)) < 0.7, draws.uniform(0, 0.2, (8, 4))
    apart = [solved(gram[[group]], lower[group], mask[group])[0] for group in range(8)]
    np.testing.assert_allclose(solved(gram, lower, mask), apart, rtol=1e-9)
