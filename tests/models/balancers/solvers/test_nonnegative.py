import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from models.balancers.solvers import nonnegative_qp
from models.balancers.solvers.nonnegative import _steepest, _towards
from tests.models.balancers.gradients import KINDS, draw, gram_of

sizes = pytest.mark.parametrize("num_tasks", [2, 3, 5, 16])
kinds = pytest.mark.parametrize("kind", KINDS)


def problem(kind, num_tasks, *, num=60):
    """Gradients, a vector to add to their combination, and that vector's overlaps."""
    rows = draw(kind, num_tasks, num=num)
    target = np.random.default_rng(2).standard_normal((num, rows.shape[2]))
    return rows, target, np.einsum("gts,gs->gt", rows, target)


def solved(gram, linear, mask=None, **settings):
    mask = np.ones(gram.shape[1], bool) if mask is None else mask
    return nonnegative_qp(tf.constant(gram), tf.constant(linear), mask=tf.constant(mask), **settings).numpy()


@sizes
@kinds
def test_the_combination_is_that_of_nonnegative_least_squares(kind, num_tasks):
    rows, target, linear = problem(kind, num_tasks)
    weights = solved(gram_of(rows), linear)
    assert (weights >= 0).all()
    for gradients, vector, found in zip(rows, target, weights, strict=True):
        _, least = scipy.optimize.nnls(gradients.T, -vector)
        # The ridge costs up to 1e-10 times the squared weights, which are large where gradients are nearly opposed.
        allowed = 1e-9 + 1e-10 * np.sum(found**2 * np.sum(gradients**2, axis=1))
        assert np.linalg.norm(gradients.T @ found + vector) ** 2 <= least**2 + allowed


@sizes
def test_weights_are_those_of_nonnegative_least_squares_where_they_are_one(num_tasks):
    rows, target, linear = problem("full", num_tasks)
    weights = solved(gram_of(rows), linear)
    for gradients, vector, found in zip(rows, target, weights, strict=True):
        np.testing.assert_allclose(found, scipy.optimize.nnls(gradients.T, -vector)[0], rtol=1e-6, atol=1e-9)


@sizes
@kinds
def test_the_conditions_of_optimality_hold(kind, num_tasks):
    rows, _, linear = problem(kind, num_tasks)
    gram = gram_of(rows)
    weights = solved(gram, linear)
    lengths = np.sqrt(np.einsum("gtt->gt", gram))
    gradient = np.einsum("gij,gj->gi", gram, weights) + linear
    large = 1 + np.max(weights * lengths, axis=1, keepdims=True)
    assert (gradient >= -1e-9 * lengths * large).all()
    assert (np.abs(gradient)[weights > 0] <= (1e-9 * lengths * large)[weights > 0]).all()


def test_by_hand():
    # (0, -1) overlaps by -1 with the second of (1, 0) and (-1, 1). Adding both once makes it (0, 0), which harms none;
    # adding only the second would leave (-1, 0), which harms the first.
    gram = gram_of(np.array([[[1.0, 0.0], [-1.0, 1.0]]]))
    np.testing.assert_allclose(solved(gram, np.array([[0.0, -1.0]])), [[1.0, 1.0]], rtol=1e-8)


def test_a_step_ends_where_the_first_weight_would_fall_below_0():
    # From (1, 1, 0) to (-3, -1, 0): the first is 0 after a quarter of the way, the second after half.
    inside, point, aim = (tf.constant([row], tf.float64) for row in ([1, 1, 0], [1, 1, 0], [-3, -1, 0]))
    moved, leaving = _towards(aim, inside, point)
    np.testing.assert_allclose(moved, [[0.0, 0.5, 0.0]], atol=1e-15)
    np.testing.assert_array_equal(leaving, [[1.0, 0.0, 0.0]])
    moved, leaving = _towards(tf.abs(aim), inside, point)
    np.testing.assert_array_equal(moved, [[3.0, 1.0, 0.0]])
    assert not leaving.numpy().any()


def test_the_steepest_enters_unless_it_is_in_the_span_of_those_inside():
    # Of four tasks the first is inside, the second falls steepest but adds no direction, and the last does not fall.
    diagonal, gradient = [1.0, -1e-8, 0.5, 0.5], [-9.0, -5.0, -1.0, 2.0]
    tableau = tf.constant([np.column_stack([np.diag(diagonal), gradient])])
    entering = _steepest(tableau, tf.constant([[1.0, 0, 0, 0]], tf.float64), rounding=tf.constant([[1e-9]], tf.float64))
    np.testing.assert_array_equal(entering, [[0.0, 0.0, 1.0, 0.0]])
    assert not _steepest(tableau, entering * 0 + 1.0, rounding=0.0).numpy().any()


def test_equal_gradients_share_evenly():
    rows, _, linear = problem("equal", 4)
    weights = solved(gram_of(rows), linear)
    assert (weights[:, 0] > 0).any()
    np.testing.assert_allclose(weights[:, 0], weights[:, 1], rtol=1e-5, atol=1e-9)


def test_a_task_outside_the_mask_is_no_part_of_the_problem():
    rows, _, linear = problem("full", 4)
    gram, rest = gram_of(rows), [0, 2, 3]
    weights = solved(gram, linear, np.array([True, False, True, True]))
    assert (weights[:, 1] == 0).all()
    np.testing.assert_allclose(weights[:, rest], solved(gram[:, rest][:, :, rest], linear[:, rest]), rtol=1e-9)
    each = np.random.default_rng(3).random((len(gram), 4)) < 0.5
    apart = [solved(gram[[group]], linear[[group]], each[group])[0] for group in range(len(gram))]
    np.testing.assert_allclose(solved(gram, linear, each), apart, rtol=1e-9)


@pytest.mark.parametrize("noise", [1e-7, -1e-7])
def test_a_matrix_that_noise_made_indefinite_gives_finite_weights(noise):
    rows, _, linear = problem("opposed", 3)
    gram = gram_of(rows)
    gram[:, 0, 1] *= 1 + noise
    gram[:, 1, 0] *= 1 + noise
    assert (np.linalg.eigvalsh(gram).min() < 0) == (noise > 0)
    assert np.isfinite(solved(gram, linear)).all()


def test_a_ridge_bounds_the_weights_of_nearly_opposed_gradients():
    gram = gram_of(np.array([[[1.0, 1e-5], [-1.0, 1e-5]]]))
    linear = np.array([[-1e-5, -1e-5]])
    assert (solved(gram, linear) > 4e4).all()  # Without any ridge 5e4.
    assert (solved(gram, linear, ridge=1e-6) < 50).all()


@pytest.mark.slow
def test_in_a_graph_and_in_xla_it_gives_the_same():
    rows, _, linear = problem("flat", 5)
    gram, mask = tf.constant(gram_of(rows)), tf.ones([5], tf.bool)
    eager = nonnegative_qp(gram, tf.constant(linear), mask=mask)
    for jit in (False, True):
        compiled = tf.function(lambda *args: nonnegative_qp(*args, mask=mask), jit_compile=jit)
        found = compiled(gram, tf.constant(linear))
        values = [np.einsum("gt,gts->gs", weights, rows) for weights in (found.numpy(), eager.numpy())]
        np.testing.assert_allclose(*values, rtol=1e-6, atol=1e-6)
