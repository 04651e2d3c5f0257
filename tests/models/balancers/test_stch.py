import numpy as np
import pytest

from models.balancers import STCH
from models.binding import Problem
from models.errors import ConfigError
from tests.models.balancers.runs import weights_over
from tests.models.balancers.seen import losses_named

LOSSES = np.random.default_rng(9).lognormal(size=(6, 3))
PREFERENCES, REFERENCE = {"task_0": 3.0, "task_2": 0.5}, {"task_1": 0.2}
SHARES, POINT = np.array([3.0, 1.0, 0.5]) / 4.5, np.array([0.0, 0.2, 0.0])


def scalarized(losses, mu):
    return mu * np.log(np.sum(np.exp(SHARES * (losses - POINT) / mu), axis=-1))


@pytest.mark.parametrize("mu", [0.05, 0.5, 10.0])
def test_weights_are_the_gradient_of_the_scalarization(mu):
    step = 1e-6
    upper, lower = (scalarized(LOSSES + sign * step * np.eye(3)[:, None], mu) for sign in (1, -1))
    weights = weights_over(STCH(mu=mu, preferences=PREFERENCES, reference=REFERENCE), LOSSES)
    np.testing.assert_allclose(weights, ((upper - lower) / (2 * step)).T[:-1], rtol=1e-4, atol=1e-8)


def test_as_mu_falls_only_the_furthest_loss_counts():
    weights = weights_over(STCH(mu=1e-6, preferences=PREFERENCES, reference=REFERENCE), LOSSES)
    furthest = np.argmax(SHARES * (LOSSES - POINT), axis=1)[:-1]
    np.testing.assert_allclose(weights, np.eye(3)[furthest] * SHARES, rtol=1e-6)


def test_as_mu_grows_it_becomes_the_preferred_sum():
    weights = weights_over(STCH(mu=1e8, preferences=PREFERENCES), LOSSES)
    np.testing.assert_allclose(weights, np.tile(SHARES / 3, (5, 1)), rtol=1e-5)


def test_only_ratios_of_preferences_count():
    tenfold = {name: 10 * value for name, value in {"task_1": 1.0, **PREFERENCES}.items()}
    weights = [weights_over(STCH(mu=0.3, preferences=given), LOSSES) for given in (PREFERENCES, tenfold)]
    np.testing.assert_allclose(*weights, rtol=1e-5)


def test_descent_reaches_a_point_that_no_weighted_sum_does():
    # Two Gaussian wells at -1 and 1 (Fonseca and Fleming): their front is concave, and a sum leaves its middle.
    def losses(at):
        return np.array([1 - np.exp(-((at - 1) ** 2)), 1 - np.exp(-((at + 1) ** 2))])

    def end(weigh):
        at = 0.1
        for _ in range(200):
            slopes = (losses(at + 1e-6) - losses(at - 1e-6)) / 2e-6
            at -= 0.1 * float(np.dot(weigh(losses(at)), slopes))
        return at

    assert abs(end(lambda _: [0.5, 0.5])) > 0.5
    assert abs(end(lambda found: weights_over(STCH(mu=0.05), [found, found])[0])) < 0.05


def test_names_of_no_loss_are_named_with_the_nearest():
    balancer = STCH(mu=1.0, preferences={"clik": 1.0}, reference={"bye": 0.1})
    assert balancer.problems(losses_named("click", "buy")) == [
        Problem(("preferences", "clik"), "no loss is called `clik`. Did you mean `click`?", at_key=True),
        Problem(("reference", "bye"), "no loss is called `bye`. Did you mean `buy`?", at_key=True),
    ]


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        STCH(mu=0.0, preferences={"click": 0.0}, reference={"buy": float("inf")})
    assert error.value.problems == (
        "`mu` must be positive, got 0.0.",
        "`preferences` of `click` must be positive, got 0.0.",
        "`reference` of `buy` must be finite, got inf.",
    )
