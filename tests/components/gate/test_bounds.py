"""Bounds, Holm's levels and sample sizes, by hand."""

import math

import numpy as np
import pytest

from components.comparison.estimate import Estimate
from components.gate.bounds import bounds_of, holm_levels, p_above, rows_needed


def test_each_end_is_one_sided_and_wider_by_the_approximation():
    # The normal's 95 % quantile is 1.645: 0.01 -+ 1.645 * 0.002, then 0.001 either way.
    bounds = bounds_of(Estimate(0.01, 0.002, approximation=0.001), 0.95)
    assert (bounds.low, bounds.high) == pytest.approx((0.00571, 0.01429), abs=1e-5)


def test_few_clusters_make_a_bound_wider():
    # Student's 95 % quantile at 10 degrees of freedom is 1.812.
    assert bounds_of(Estimate(0.0, 1.0, dof=10), 0.95).high == pytest.approx(1.812, abs=1e-3)


def test_a_p_value_agrees_with_the_bound_at_its_level():
    estimate = Estimate(0.004, 0.002, dof=40, approximation=0.0005)
    assert bounds_of(estimate, 1 - p_above(estimate)).low == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("value", "expected"), [(0.1, 0.0), (0.0, 1.0), (-0.1, 1.0)])
def test_without_error_there_is_no_doubt(value, expected):
    assert p_above(Estimate(value, 0.0)) == expected


def test_holm_by_hand():
    # Sorted: 0.01 <= 0.05 / 4, 0.014 <= 0.05 / 3, 0.03 > 0.05 / 2: two are rejected, and 0.04 is not even looked at.
    assert holm_levels([0.04, 0.01, 0.03, 0.014], 0.05) == pytest.approx([0, 0.0125, 0, 0.05 / 3])


def test_holm_stops_at_the_first_that_is_not_rejected():
    # 0.02 > 0.05 / 3 stops it, though 0.021 <= 0.05 / 2 and 0.03 <= 0.05.
    assert holm_levels([0.02, 0.021, 0.03], 0.05) == [0, 0, 0]


def test_holm_rejects_falsely_in_one_family_of_twenty_at_most():
    draws = np.random.default_rng(0).uniform(size=(4_000, 8))
    false = np.mean([any(holm_levels(list(row), 0.05)) for row in draws])
    assert 0.05 - 4 * math.sqrt(0.05 * 0.95 / 4_000) < false < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 4_000)


def test_rows_needed_by_hand():
    # (1.6449 + 0.8416)^2 = 6.1826: a distance of one standard error takes six times the rows, of two 1.55 times.
    assert rows_needed(10_000, 0.01, distance=0.01, confidence=0.95, power=0.8) == 61_826
    assert rows_needed(10_000, 0.01, distance=0.02, confidence=0.95, power=0.8) == 15_457


@pytest.mark.parametrize("case", [{"distance": 0.0}, {"distance": math.nan}, {"rows": 0}, {"std_error": math.nan}])
def test_where_nothing_tells_no_number_is_given(case):
    given = {"rows": 100, "std_error": 0.1, "distance": 0.1, **case}
    rows, error = given.pop("rows"), given.pop("std_error")
    assert rows_needed(rows, error, confidence=0.95, power=0.8, **given) is None


def test_a_p_value_that_is_no_number_shows_nothing():
    assert holm_levels([math.nan], 0.05) == [0.0]
    assert holm_levels([math.nan, 0.001], 0.05)[0] == 0.0
