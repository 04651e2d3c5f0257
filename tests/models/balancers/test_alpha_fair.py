import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from models.balancers.alpha_fair import alpha_fair_weights
from tests.models.balancers.gradients import draw, gram_of

alphas = pytest.mark.parametrize("alpha", [0.5, 0.8, 1.0, 2.0, 5.0, 10.0])


def solved(gram, alpha):
    """`[num, tasks]` weights of `[num, tasks, tasks]` matrices, float64."""
    scale = 1 / np.sqrt(np.einsum("...tt->...t", gram))
    cosines = gram * scale[..., :, None] * scale[..., None, :]
    return alpha_fair_weights(tf.constant(cosines), tf.constant(scale), alpha).numpy()


def residual(gram, weights, alpha):
    """How far `G a` is from `a^(-1 / alpha)`, as a share of it."""
    return np.abs(np.einsum("nij,nj->ni", gram, weights) * weights ** (1 / alpha) - 1).max(axis=1)


@alphas
@pytest.mark.parametrize("kind", ["full", "agreeing", "unlike"])
@pytest.mark.parametrize("num_tasks", [1, 2, 4, 8, 16])
def test_the_equation_is_solved(kind, num_tasks, alpha):
    gram = gram_of(draw(kind, num_tasks, num=50))
    weights = solved(gram, alpha)
    assert (weights > 0).all()
    assert residual(gram, weights, alpha).max() < 1e-8


@alphas
@pytest.mark.parametrize("sine", [1e-1, 1e-2, 1e-3])
def test_it_is_solved_for_gradients_that_are_almost_opposed(alpha, sine):
    rows = draw("full", 3, num=20)
    rows[:, 1] = -rows[:, 0] * 3.0 + sine * rows[:, 1]
    gram = gram_of(rows)
    weights = solved(gram, alpha)
    terms = np.einsum("nij,nj->ni", np.abs(gram), weights) * weights ** (1 / alpha)
    assert residual(gram, weights, alpha).max() < 1e-8 + 1e-13 * terms.max()


@alphas
def test_a_general_solver_finds_the_same(alpha):
    gram = gram_of(draw("full", 4, num=10))
    for one, weights in zip(gram, solved(gram, alpha), strict=True):

        def utility(logs, one=one):
            """What the weights maximise, minus; its gradient by hand."""
            found, power = np.exp(logs), 1 - 1 / alpha
            gain = np.sum(logs if alpha == 1 else np.expm1(power * logs) / power)
            return found @ one @ found / 2 - gain, found * (one @ found - found ** (-1 / alpha))

        best = scipy.optimize.minimize(utility, np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-10})
        np.testing.assert_allclose(weights, np.exp(best.x), rtol=1e-5)


@alphas
def test_orthogonal_gradients_have_a_closed_form(alpha):
    # G_ii a = a^(-1 / alpha), so a = G_ii^(-alpha / (1 + alpha)).
    squares = np.array([[1e-6, 0.1, 3.0, 1e5]])
    expected = squares ** (-alpha / (1 + alpha))
    np.testing.assert_allclose(solved(np.eye(4) * squares[:, None], alpha), expected, rtol=1e-9)


@alphas
def test_a_task_without_a_gradient_has_weight_1(alpha):
    weights = alpha_fair_weights(
        tf.eye(2, batch_shape=[1], dtype=tf.float64), tf.constant([[0.0, 0.5]], tf.float64), alpha
    )
    np.testing.assert_allclose(weights[0], [1.0, 0.5 ** (2 * alpha / (1 + alpha))], rtol=1e-9)


def test_a_hard_group_does_not_spoil_an_easy_one():
    easy = gram_of(draw("full", 3, num=1))
    hard = gram_of(np.array([[[1.0, 0.0], [-1.0, 1e-3], [0.0, 1e-3]]]))
    together = solved(np.concatenate([easy, hard]), 5.0)
    np.testing.assert_allclose(together[:1], solved(easy, 5.0), rtol=1e-9)
    np.testing.assert_allclose(together[1:], solved(hard, 5.0), rtol=1e-9)
