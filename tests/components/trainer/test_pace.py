"""Rates from a clock that the test winds."""

import pytest

from components.trainer.pace import Pace, reading_rate


def test_the_first_batch_of_each_epoch_is_left_out():
    moments = iter([100.0, 101.0, 102.0, 200.0, 202.0])
    pace = Pace(50, clock=lambda: next(moments))
    assert pace.rows_per_second == 0.0
    for batch in (0, 1, 2, 0, 1):
        pace.on_train_batch_end(batch)
    assert pace.rows_per_second == 150 / 4


def test_reading_is_measured_after_the_first_batch_and_for_a_moment_only():
    moments = iter([0.0, 9.0, 9.2, 9.4, 9.6, 9.8])
    # Two batches in 0.4 s, and a third that ends it at 0.6 s.
    assert reading_rate(iter([None] * 1000), 10, clock=lambda: next(moments)) == pytest.approx(30 / 0.6)


def test_a_single_batch_has_the_rate_of_its_start():
    moments = iter([0.0, 2.0])
    assert reading_rate([None], 10, clock=lambda: next(moments)) == 5.0
