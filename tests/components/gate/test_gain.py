"""Gains and their errors by hand: candidate and reference err by 0.005 each, their difference by 0.002."""

import pytest

from components.gate.config import Rule
from components.gate.gain import gain_of, gain_with_margin, relative_gain
from components.gate.metrics import Metric

# In millionths the variances are 25, 25 and 4, so the covariance is (25 + 25 - 4) / 2 = 23.


def test_a_relative_margin_has_an_error_of_its_own(cell):
    # candidate - 0.95 * reference: 25 + 0.9025 * 25 - 1.9 * 23 = 3.8625.
    rule = Rule(output="click", metric=Metric.AUC, relative_margin=0.05)
    gain, margin = gain_with_margin(cell(-0.004), rule)
    assert (gain.value, margin) == pytest.approx((-0.004, 0.01))
    assert gain.std_error == pytest.approx(3.8625e-6**0.5)


def test_where_less_is_better_the_margin_adds_to_the_reference(cell):
    # 1.05 * reference - candidate: 25 + 1.1025 * 25 - 2.1 * 23 = 4.2625.
    rule = Rule(output="click", metric=Metric.LOG_LOSS, relative_margin=0.05)
    gain, margin = gain_with_margin(cell(0.004, metric="log_loss", reference=0.4), rule)
    assert (gain.value, margin) == pytest.approx((-0.004, 0.02))
    assert gain.std_error == pytest.approx(4.2625e-6**0.5)


def test_identical_models_leave_only_the_margins_error(cell):
    # 0.05 * reference: 0.05 * 0.005.
    rule = Rule(output="click", metric=Metric.AUC, relative_margin=0.05)
    gain, _ = gain_with_margin(cell(0.0, 0.0), rule)
    assert (gain.value, gain.std_error) == pytest.approx((0.0, 0.00025))


def test_a_share_of_an_estimated_base_has_the_bases_error_too(cell):
    # 0.02 / 0.2 = 0.1: candidate - 1.1 * reference: 25 + 1.21 * 25 - 2.2 * 23 = 4.65, over 0.2.
    share = relative_gain(cell(0.02), Metric.AUC)
    assert share.value == pytest.approx(0.1)
    assert share.std_error == pytest.approx(4.65e-6**0.5 / 0.2)


def test_of_what_is_best_at_1_a_gain_is_the_plain_difference(cell):
    assert gain_of(cell(0.03, metric="calibration"), Metric.CALIBRATION).value == 0.03
