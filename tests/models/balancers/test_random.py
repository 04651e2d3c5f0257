import numpy as np
import pytest

from models.balancers import Random
from tests.models.balancers.runs import Runner, names_of, weights_over


def test_weights_sum_to_the_number_of_tasks_and_change_with_every_step():
    weights = weights_over(Random(), np.ones((20, 3)))
    np.testing.assert_allclose(weights.sum(axis=1), 3.0, rtol=1e-6)
    assert len(np.unique(weights, axis=0)) == 19


@pytest.mark.slow
def test_weights_are_the_softmax_of_standard_normal_draws():
    # The log-ratio of two weights is the difference of two draws: normal, of mean 0 and variance 2.
    weights = Runner(Random(), names_of(2), jit=False).run(np.ones((2001, 2)))
    ratios = np.log(weights[:, 0] / weights[:, 1])
    assert abs(ratios.mean()) < 4 * np.sqrt(2 / 2000)
    assert abs(ratios.var() - 2.0) < 4 * 2.0 * np.sqrt(2 / 2000)
    assert abs(np.mean(np.abs(ratios) < np.sqrt(2)) - 0.6827) < 0.05
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.05)


def test_a_draw_hangs_on_seed_step_and_name_alone():
    losses = np.ones((5, 3))
    weights = weights_over(Random(seed=1), losses)
    np.testing.assert_array_equal(weights_over(Random(seed=1), 7 * losses), weights)
    np.testing.assert_array_equal(Runner(Random(seed=1), names_of(3)).run(losses[2:], start=2), weights[2:])
    assert (weights_over(Random(seed=2), losses) != weights).all()
    assert (Runner(Random(seed=1), ("a", "b", "c")).run(losses) != weights).all()
