import pytest

from pipeline.report.drawing.calibration import draw_calibration, wilson_interval
from pipeline.report.evaluation import Bucket, Curves


def test_the_interval_of_an_even_rate_on_a_hundred_rows():
    # By hand, z = 1.96: the centre is (0.5 + z^2/200) / (1 + z^2/100) = 0.5, and half the width is
    # z sqrt(1/400 + z^2/40000) / (1 + z^2/100) = 0.0962.
    assert wilson_interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)


@pytest.mark.parametrize("rate", [0.0, 1.0])
@pytest.mark.parametrize("rows", [1, 50, 1e7])
def test_a_rate_of_none_or_all_has_an_interval_within_bounds(rate, rows):
    low, high = wilson_interval(rate, rows)
    assert 0 <= low < high <= 1
    assert (low if rate == 0 else high) == pytest.approx(rate, abs=1e-12)  # A rounding away.


def test_buckets_without_any_positive_can_be_drawn():
    flat = Curves(output="buy", model="candidate", roc=(), calibration=(Bucket(predicted=0.0, observed=0.0, rows=9),))
    assert "<svg" in draw_calibration([flat], color="#020000", key="k", title="t")
