import itertools

import numpy as np
import pytest

from models.balancers import FairGrad
from models.errors import ConfigError
from tests.models.balancers.gradients import draw, gram_of, weights_of

ALPHAS = (0.5, 1.0, 2.0, 5.0, 10.0)


def gains_of(rows, alpha):
    """What each task gains along the direction at length 1, `[num, tasks]`."""
    direction = np.einsum("nt,ntp->np", weights_of(FairGrad(alpha=alpha), gram_of(rows)), rows)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return np.einsum("np,ntp->nt", direction, rows)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("kind", ["full", "agreeing"])
def test_the_equation_holds_on_the_normalised_matrix(kind, alpha):
    gram = gram_of(draw(kind, 4))
    gram = 4 * gram / np.trace(gram, axis1=1, axis2=2)[:, None, None]
    weights = weights_of(FairGrad(alpha=alpha), gram)
    assert (weights > 0).all()
    np.testing.assert_allclose(np.einsum("nij,nj->ni", gram, weights), weights ** (-1 / alpha), rtol=1e-3)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_no_other_direction_is_fairer(alpha):
    rows = draw("full", 3, num=20)
    gains = gains_of(rows, alpha)
    draws = np.random.default_rng(0).standard_normal((2000, 20, rows.shape[2]))
    others = np.einsum("mnp,ntp->mnt", draws / np.linalg.norm(draws, axis=2, keepdims=True), rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        utility = np.log if alpha == 1 else lambda gain: gain ** (1 - alpha) / (1 - alpha)
        fairness = np.where((others > 0).all(axis=2), utility(others).sum(axis=2), -np.inf)
    assert (gains > 0).all()
    best = utility(gains).sum(axis=1)
    assert (fairness.max(axis=0) <= best + 1e-5 * np.abs(best)).all()


def test_the_larger_alpha_the_more_the_least_helped_task_gains():
    rows = draw("full", 3)
    least = [gains_of(rows, alpha).min(axis=1) for alpha in ALPHAS]
    # On average: nothing says that it does for every matrix.
    assert all(higher.mean() > lower.mean() for lower, higher in itertools.pairwise(least))
    assert (least[-1] > least[0]).mean() > 0.95


@pytest.mark.parametrize("alpha", ALPHAS)
def test_orthogonal_gradients_of_one_norm_weigh_1_each(alpha):
    np.testing.assert_allclose(weights_of(FairGrad(alpha=alpha), 5.0 * np.eye(3)), np.ones(3), rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.0, -1.0, 0.4, 11.0])
def test_an_alpha_beyond_what_can_be_solved_is_refused(alpha):
    message = rf"`alpha` must be from 0\.5 to 10, got {alpha}: what 0 would be is the plain sum, `static`\."
    with pytest.raises(ConfigError, match=message):
        FairGrad(alpha=alpha)
