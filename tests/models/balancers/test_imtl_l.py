import numpy as np
import pytest

from models.balancers import IMTLL
from models.heads import Binary, Regression
from tests.models.balancers.runs import weights_over


def by_definition(losses, rate):
    """Float64: descends e^s L - s over s from 0."""
    weights, scales = [], np.zeros(losses.shape[1])
    for row in losses:
        weights.append(np.exp(scales))
        scales = scales - rate * (np.exp(scales) * row - 1.0)
    return np.array(weights)


def test_weights_descend_the_published_objective_whatever_the_kind():
    losses = np.random.default_rng(1).lognormal(size=(40, 2))
    weights = weights_over(IMTLL(learning_rate=0.05), losses, kinds=(Binary(), Regression()))
    np.testing.assert_allclose(weights, by_definition(losses, 0.05)[:-1], rtol=1e-5)


def test_every_weighted_loss_comes_to_rest_at_1():
    losses = np.tile([0.108, 0.006, 7.0], (400, 1))
    np.testing.assert_allclose((weights_over(IMTLL(learning_rate=0.2), losses) * losses[0])[-1], 1.0, rtol=1e-4)


def test_a_cap_holds():
    weights = weights_over(IMTLL(learning_rate=0.2, cap=5.0), np.full((100, 1), 0.01))
    assert weights.max() == pytest.approx(5.0)
    assert weights[-1, 0] == pytest.approx(5.0)
