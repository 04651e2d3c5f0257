import numpy as np
import pytest
import tensorflow as tf

from models.balancers.cosines import LEAST_EIGENVALUE, cosines_of, solved
from models.balancers.gram import GramProblem
from tests.models.balancers.gradients import KINDS, draw, gram_of
from tests.models.balancers.grams import degenerate
from tests.models.balancers.seen import losses_named


def split(gram, active=None):
    """One over the norms, and the cosines."""
    num_tasks = gram.shape[-1]
    problem = GramProblem(
        gram=tf.constant(gram, tf.float64),
        active=tf.constant([True] * num_tasks if active is None else active),
        losses=tf.ones(num_tasks, tf.float64),
        step=tf.constant(0, tf.int64),
        declared=losses_named(*(f"task_{place}" for place in range(num_tasks))),
    )
    return [part.numpy() for part in cosines_of(problem)]


def test_lengths_and_angles_make_the_matrix():
    gram = gram_of(draw("full", 4))
    scale, cosines = split(gram)
    np.testing.assert_allclose(scale, 1 / np.linalg.norm(draw("full", 4), axis=2), rtol=1e-12)
    np.testing.assert_allclose(cosines, gram * scale[:, :, None] * scale[:, None, :], atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_eigenvalues_are_raised_to_the_least_and_no_others(kind):
    rows = draw(kind, 4)
    scale, cosines = split(gram_of(rows))
    raw = gram_of(rows * scale[:, :, None])
    raw[:, range(4), range(4)] = 1.0
    before, after = np.linalg.eigvalsh(raw), np.linalg.eigvalsh(cosines)
    np.testing.assert_allclose(after, np.maximum(before, LEAST_EIGENVALUE), atol=1e-10)
    is_sound = before[:, 0] > LEAST_EIGENVALUE
    np.testing.assert_allclose(cosines[is_sound], raw[is_sound], rtol=0, atol=1e-12)


def test_a_task_that_is_absent_or_without_a_gradient_is_orthogonal_to_all():
    rows = draw("full", 4, num=3)
    rows[:, 2] = 0.0
    scale, cosines = split(gram_of(rows), active=[True, False, True, True])
    assert (scale[:, [1, 2]] == 0).all()
    assert (scale[:, [0, 3]] > 0).all()
    np.testing.assert_array_equal(cosines[:, 1:3], np.broadcast_to(np.eye(4)[1:3], (3, 2, 4)))


def test_systems_are_solved_whatever_their_scale():
    draws = np.random.default_rng(0)
    factors = draws.standard_normal((20, 5, 5))
    sizes = 10.0 ** draws.uniform(-60, 60, (20, 5))
    matrices = (gram_of(factors) + np.eye(5)) * sizes[:, :, None] * sizes[:, None, :]
    solution = draws.standard_normal((20, 5)) / sizes
    right = np.einsum("nij,nj->ni", matrices, solution)
    np.testing.assert_allclose(solved(tf.constant(matrices), tf.constant(right)) * sizes, solution * sizes, rtol=1e-9)


def test_factorisations_never_fail():
    for num_tasks in (1, 2, 5, 16):
        grams = degenerate(num_tasks)
        grams = np.where(np.isfinite(grams), grams, 0.0)
        _, cosines = split(grams)
        assert np.isfinite(solved(tf.constant(cosines), tf.ones(grams.shape[:2], tf.float64))).all()
