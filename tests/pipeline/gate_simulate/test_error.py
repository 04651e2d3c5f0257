"""The standard error by formula, against rows that were drawn."""

import math

import numpy as np
import pytest

from pipeline.gate_simulate import PowerConfig
from pipeline.gate_simulate.draws import draw_cell
from pipeline.gate_simulate.error import auc_error

EASY = {"rows": 4_000, "base_rates": (0.3,), "margins": (0.01,)}


def config(**others):
    return PowerConfig(**{**EASY, **others})


def test_one_model_against_a_constant_has_hanleys_and_mcneils_variance():
    # With scores not correlated at all, the variance is twice that of one AUC. At AUC 0.5 placements are uniform, of
    # variance 1/12: 2 * (1/1200 + 1/2800) / 12.
    error = auc_error(config(correlation=0.0, auc=0.5000001, margins=(1e-9,)), 0.3, candidate=0.5)
    assert error == pytest.approx(math.sqrt(2 * (1 / 1_200 + 1 / 2_800) / 12), rel=1e-3)


def test_models_that_score_alike_have_next_to_no_error():
    assert auc_error(config(correlation=0.999999), 0.3, candidate=0.75) < 1e-4


def test_the_error_falls_with_the_root_of_the_rows():
    few, many = (auc_error(config(rows=rows), 0.3, candidate=0.75) for rows in (4_000, 16_000))
    assert few == pytest.approx(2 * many)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        {},
        {"correlation": 0.5, "base_rates": (0.15,)},
        {"cluster_size": 20, "within": 0.8, "correlation": 0.7},
    ],
    ids=["independent rows", "rarer", "users of twenty rows"],
)
def test_the_error_is_that_of_drawn_comparisons(case):
    asked = config(**case)
    (rate,) = asked.base_rates
    generator = np.random.default_rng(3)
    draws = 400
    cells = [draw_cell(asked, generator, base_rate=rate, candidate=0.75) for _ in range(draws)]
    expected = auc_error(asked, rate, candidate=0.75)
    found = np.std([cell.difference.value for cell in cells])
    assert found == pytest.approx(expected, rel=4 / math.sqrt(2 * draws))  # Four standard errors of a deviation.
    told = np.sqrt(np.mean([cell.difference.std_error**2 for cell in cells]))
    assert told == pytest.approx(expected, rel=0.04)
    assert np.mean([cell.candidate.value for cell in cells]) == pytest.approx(0.75, abs=0.003)


def test_users_matter_where_their_rows_are_alike():
    alone, shared = (auc_error(config(cluster_size=size, within=0.8), 0.3, candidate=0.75) for size in (1, 20))
    assert shared > 1.05 * alone
