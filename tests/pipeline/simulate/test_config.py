import re

import pytest

from models.errors import ConfigError
from pipeline.simulate import SimulateConfig


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"num_rows": 0}, "`num_rows` must be from 1 to 2^53, got 0."),
        ({"seed": -1}, "`seed` must be from 0 to 2^53, got -1."),
        ({"first_row": 2**53}, "`first_row` plus `num_rows` must be at most 2^53, got 9007199254741002."),
        ({"click_rate": 0.0}, "`click_rate` must be between 0 and 1, got 0.0."),
        ({"conversion_rate": 1.0}, "`conversion_rate` must be between 0 and 1, got 1.0."),
        ({"correlation": 1.1}, "`correlation` must be from -1 to 1, got 1.1."),
        ({"selection_bias": float("nan")}, "`selection_bias` must be finite, got nan."),
        ({"signal": -1.0}, "`signal` must be finite and at least 0, got -1.0."),
        ({"mean_spend": 0.0}, "`mean_spend` must be positive, got 0.0; leave it out for no spend."),
        (
            {"start_date": "2024-01-01"},
            "`start_date` and `rows_per_day` must be given together, got one: give both or neither.",
        ),
        (
            {"start_date": "2024-13-01", "rows_per_day": 5},
            "`start_date` must be an ISO date whose last row is before the year 10000, got month must be in 1..12.",
        ),
    ],
)
def test_a_wrong_setting_is_named(settings, problem):
    with pytest.raises(ConfigError, match=f"^simulate: {re.escape(problem)}$"):
        SimulateConfig(**({"num_rows": 10} | settings))


def test_all_problems_come_in_one_error():
    with pytest.raises(ConfigError) as caught:
        SimulateConfig(num_rows=0, click_rate=2.0, correlation=-3.0)
    assert len(caught.value.problems) == 3
