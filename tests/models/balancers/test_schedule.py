import numpy as np
import pytest

from models.balancers import Schedule
from models.binding import Problem
from models.errors import ConfigError
from tests.models.balancers.runs import Runner, weights_over
from tests.models.balancers.seen import losses_named


def test_weights_are_the_first_ones_times_a_power_of_the_ratio():
    balancer = Schedule(period=3, initial={"task_0": 2.0, "task_2": 0.0}, ratio={"task_0": 0.5, "task_1": 1.25})
    periods = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
    expected = np.stack([2.0 * 0.5**periods, 1.25**periods, 0.0 * periods, 1.0 + 0.0 * periods], axis=1)
    np.testing.assert_allclose(weights_over(balancer, np.ones((11, 4))), expected, rtol=1e-6)


@pytest.mark.parametrize(("ratio", "expected"), [(0.5, 0.0), (2.0, np.exp(80.0))])
def test_weights_stay_finite_however_long_a_run(ratio, expected):
    runner = Runner(Schedule(period=1, ratio={"a": ratio}), ("a", "b"))
    np.testing.assert_allclose(runner.run(np.ones((2, 2)), start=2**40), [[expected, 1.0]], rtol=1e-5)


def test_names_of_no_loss_are_named_with_the_nearest():
    balancer = Schedule(period=1, initial={"clik": 1.0}, ratio={"click": 0.9, "bye": 0.9})
    assert balancer.problems(losses_named("click", "buy")) == [
        Problem(("initial", "clik"), "no loss is called `clik`. Did you mean `click`?", at_key=True),
        Problem(("ratio", "bye"), "no loss is called `bye`. Did you mean `buy`?", at_key=True),
    ]
    assert Schedule(period=1, ratio={"click": 0.9}).problems(losses_named("click", "buy")) == []


def test_a_schedule_that_never_changes_is_warned_of():
    (warning,) = Schedule(period=1, initial={"click": 3.0}).warnings(losses_named("click"))
    assert warning == "`ratio` is 1 of every loss, so no weight ever changes: give one, or take `static`."
    assert Schedule(period=1, ratio={"click": 0.9}).warnings(losses_named("click")) == []


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        Schedule(period=0, initial={"click": -1.0, "buy": 0.0}, ratio={"click": 0.0, "buy": float("inf")})
    assert error.value.problems == (
        "`period` must be 1 step or more, got 0.",
        "`initial` of `click` must be 0 or positive, got -1.0.",
        "`ratio` of `click` must be positive, got 0.0.",
        "`ratio` of `buy` must be positive, got inf.",
    )
