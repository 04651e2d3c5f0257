import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.balancers import DWA
from models.errors import ConfigError
from models.heads import ZeroInflatedLognormal
from tests.models.balancers.runs import Runner, names_of, weights_over
from tests.models.balancers.seen import losses_named


def by_definition(losses, window, temperature):
    """Float64: over whole windows, `[windows, tasks]` weights."""
    means = [losses[start : start + window].mean(axis=0) for start in range(0, len(losses), window)]
    weights = [np.ones(losses.shape[1])] * 2
    for last, before in zip(means[1:], means, strict=False):
        powers = np.exp(last / before / temperature)
        weights.append(losses.shape[1] * powers / powers.sum())
    return np.repeat(weights, window, axis=0)[: len(losses)]


@pytest.mark.parametrize(("window", "temperature"), [(1, 2.0), (4, 2.0), (5, 0.1)])
def test_weights_are_those_of_the_definition(window, temperature):
    losses = np.random.default_rng(3).lognormal(size=(23, 3))
    expected = by_definition(losses, window, temperature)[:-1]
    np.testing.assert_allclose(
        weights_over(DWA(window=window, temperature=temperature), losses), expected, 1e-5, atol=1e-30
    )


@pytest.mark.parametrize(("ratio", "expected"), [(0.95, [0.988, 1.012]), (0.5, [0.876, 1.124])])
def test_at_the_published_temperature_it_moves_little(ratio, expected):
    losses = [[1.0, 1.0], [ratio, 1.0], [1.0, 1.0], [1.0, 1.0]]
    np.testing.assert_allclose(weights_over(DWA(window=1), losses)[2], expected, atol=5e-4)


def test_the_first_two_windows_weigh_all_alike_and_the_third_does_not():
    losses = np.random.default_rng(4).lognormal(size=(10, 3))
    weights = weights_over(DWA(window=3), losses)
    np.testing.assert_array_equal(weights[:6], 1.0)
    assert (weights[6:] != 1.0).all()


@settings(deadline=None, max_examples=20)  # The first call builds kernels.
@given(
    losses=st.lists(st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3), min_size=5, max_size=8),
    temperature=st.floats(0.1, 10),
)
def test_weights_sum_to_the_number_of_tasks(losses, temperature):
    weights = weights_over(DWA(window=1, temperature=temperature), losses)
    np.testing.assert_allclose(weights.sum(axis=1), 3.0, rtol=1e-5)


def test_losses_that_fall_at_one_speed_count_alike():
    losses = np.outer(0.5 ** np.arange(8), [1.0, 100.0, 1e-3])
    np.testing.assert_allclose(weights_over(DWA(window=2), losses), 1.0, rtol=1e-6)


def test_a_high_temperature_counts_all_alike():
    losses = np.random.default_rng(5).lognormal(size=(8, 3))
    np.testing.assert_allclose(weights_over(DWA(window=1, temperature=1e9), losses), 1.0, rtol=1e-6)


def test_the_loss_that_falls_slower_counts_more():
    losses = np.stack([0.5 ** np.arange(8), 0.9 ** np.arange(8)], axis=1)
    weights = weights_over(DWA(window=1), losses)[2:]
    assert (weights[:, 1] > 1.0).all()
    assert (weights[:, 0] < 1.0).all()


def test_a_mean_is_taken_over_the_steps_that_had_labels():
    # Windows of 2. The second task is absent once in each: its means are 4 and 2; those of the first are 2 and 3.
    losses = [[1.0, 4.0], [3.0, 9.0], [2.0, 9.0], [4.0, 2.0], [1.0, 1.0], [1.0, 1.0]]
    active = np.array([[1, 1], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]], bool)
    weights = weights_over(DWA(window=2, temperature=1.0), losses, active)
    powers = np.exp([3 / 2, 2 / 4])
    np.testing.assert_allclose(weights[4], 2 * powers / powers.sum(), rtol=1e-6)


def test_a_task_without_two_means_counts_1_until_it_has_them():
    losses = np.array([[1.0, 1.0, 1.0], [0.5, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    active = np.ones((5, 3), bool)
    active[:2, 2] = False
    weights = weights_over(DWA(window=1, temperature=1.0), losses, active)
    powers = np.exp([0.5, 1.0])
    np.testing.assert_allclose(weights[2], [*(2 * powers / powers.sum()), 1.0], rtol=1e-6)
    np.testing.assert_allclose(weights[3, 2], 1.0)


def test_a_resume_in_the_middle_of_a_window_keeps_what_it_saw():
    losses = np.random.default_rng(6).lognormal(size=(14, 2))
    runner = Runner(DWA(window=4), names_of(2))
    parts = [runner.run(losses[:7]), runner.run(losses[6:], start=6)]
    np.testing.assert_array_equal(np.concatenate(parts), weights_over(DWA(window=4), losses))
    assert int(runner.memory["steps"]) == 13 % 4


def test_losses_that_may_be_negative_are_warned_of():
    (warning,) = DWA(window=9).warnings(losses_named("spend", kind=ZeroInflatedLognormal()))
    assert "the loss `spend` may be negative" in warning


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        DWA(window=0, temperature=0.0, floor=-1.0)
    assert error.value.problems == (
        "`window` must be 1 step or more, got 0.",
        "`temperature` must be positive, got 0.0.",
        "`floor` must be positive, got -1.0.",
    )
