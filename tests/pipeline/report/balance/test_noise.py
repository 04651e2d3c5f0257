"""A mean and how far off it may be."""

import math

import numpy as np
import pytest

from pipeline.report.balance.noise import mean_of


def test_independent_looks_have_three_standard_errors():
    # Alternation is no likeness: 3 * sqrt(8 / 7 / 8) for eight values of size 1.
    mean = mean_of([1.0, -1.0] * 4)
    assert (mean.value, mean.num) == (0.0, 8)
    assert mean.noise == pytest.approx(3 * math.sqrt(1 / 7))
    assert (mean.low, mean.high) == (-mean.noise, mean.noise)


def test_looks_that_never_differ_leave_no_doubt():
    assert mean_of([0.25] * 9).noise == 0.0


def test_a_drift_is_worth_few_looks():
    mixed = mean_of([0.0, 3.0, 1.0, 2.0, 3.0, 0.0, 2.0, 1.0])
    drifting = mean_of([0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    # Neighbours of the drift correlate by 6.25 / 10; its values spread by sqrt(1.25), those that alternate by 1.5.
    assert drifting.noise == pytest.approx(mean_of([0.0, 3.0] * 4).noise / 1.5 * 1.1180340 * math.sqrt(1.625 / 0.375))
    assert drifting.noise > 2 * mixed.noise


def test_the_band_holds_the_mean_of_looks_that_hang_together():
    # Three standard errors of 60 looks whose neighbours correlate by 0.5; without the correction 8 % would fall out.
    rng = np.random.default_rng(0)
    missed = 0
    for _ in range(400):
        values = [rng.normal()]
        for _ in range(59):
            values.append(0.5 * values[-1] + math.sqrt(0.75) * rng.normal())
        mean = mean_of(values)
        missed += not mean.low <= 0 <= mean.high
    assert missed <= 8
