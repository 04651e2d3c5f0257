import numpy as np
import pytest

from models.balancers import Geometric
from models.errors import ConfigError
from models.heads import ZeroInflatedLognormal
from tests.models.balancers.runs import weights_over
from tests.models.balancers.seen import losses_named

LOSSES = np.random.default_rng(7).lognormal(size=(6, 4))


def test_weights_are_the_gradient_of_the_geometric_mean():
    step = 1e-6
    moved = [LOSSES + sign * step * np.eye(4)[:, None] for sign in (1, -1)]
    upper, lower = (np.prod(losses, axis=-1) ** 0.25 for losses in moved)
    np.testing.assert_allclose(weights_over(Geometric(), LOSSES), ((upper - lower) / (2 * step)).T[:-1], rtol=1e-5)


def test_every_weighted_loss_is_the_same_share_of_the_mean():
    shares = weights_over(Geometric(), LOSSES) * LOSSES[:-1]
    np.testing.assert_allclose(shares, np.prod(LOSSES[:-1], axis=1, keepdims=True) ** 0.25 / 4 * np.ones(4), rtol=1e-5)


def test_the_unit_of_a_loss_does_not_change_what_the_others_count_against_each_other():
    before = weights_over(Geometric(), LOSSES)
    after = weights_over(Geometric(), LOSSES * [1.0, 1.0, 1.0, 1000.0])
    np.testing.assert_allclose(after[:, 0] / after[:, 1], before[:, 0] / before[:, 1], rtol=1e-5)


def test_a_loss_of_0_counts_as_the_floor():
    np.testing.assert_allclose(weights_over(Geometric(floor=0.01), [[0.0, 1.0]] * 2), [[5.0, 0.05]], rtol=1e-5)


def test_losses_that_may_be_negative_are_warned_of():
    (warning,) = Geometric().warnings(losses_named("spend", kind=ZeroInflatedLognormal()))
    assert "the loss `spend` may be negative" in warning


def test_a_floor_of_0_is_refused():
    with pytest.raises(ConfigError, match=r"`floor` must be positive, got 0\.0\."):
        Geometric(floor=0.0)
