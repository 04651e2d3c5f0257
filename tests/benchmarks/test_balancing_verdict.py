import itertools

import pytest
from scipy.stats import ttest_rel

from benchmarks.balancing_verdict import State, direction, holm, paired_p, state
from benchmarks.seed_intervals import Interval, student_interval

PATTERNS = [signs for count in (1, 2, 3, 4) for signs in itertools.product((1, 0, -1), repeat=count)]


@pytest.mark.parametrize("signs", PATTERNS, ids=str)
def test_the_verdict_of_every_pattern(signs):
    expected = {
        (False, False): State.WELL_DONE if set(signs) == {1} else State.NO_REGRESSION,
        (True, False): State.WELL_DONE if set(signs) == {1} else State.NO_REGRESSION,
        (True, True): State.SEESAW,
        (False, True): State.NEGATIVE_TRANSFER,
    }
    assert state(signs) is expected[any(sign > 0 for sign in signs), any(sign < 0 for sign in signs)]


@pytest.mark.parametrize(
    ("signs", "verdict"),
    [
        ((1, 1), "well done"),
        ((1, 0), "no regression"),
        ((0, 0), "no regression"),
        ((1, -1), "seesaw"),
        ((0, -1), "negative transfer"),
        ((-1, -1), "negative transfer"),
    ],
)
def test_the_verdict_of_two_tasks_in_words(signs, verdict):
    assert state(signs).value == verdict


def test_a_direction_needs_an_interval_without_zero():
    assert [direction(Interval(0.0, low, high, 5)) for low, high in ((0.1, 0.2), (-0.1, 0.2), (-0.2, -0.1))] == [
        1,
        0,
        -1,
    ]


def test_holm_asks_most_of_the_smallest():
    # By hand, of four: 0.05 over 4, 3, 2 and 1 is 0.0125, 0.0167, 0.025 and 0.05.
    assert holm([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]
    assert holm([0.04, 0.012, 0.024, 0.016]) == [True, True, True, True]
    # The second fails, so the third, which would pass, stands no more.
    assert holm([0.001, 0.026, 0.0251]) == [True, False, False]
    assert holm([0.024, 0.04]) == [True, True]
    assert holm([]) == []


def test_the_paired_p_is_that_of_the_interval():
    differences = [0.01, 0.03, 0.02, 0.015, 0.025]
    assert paired_p(differences) == pytest.approx(ttest_rel(differences, [0.0] * 5).pvalue)
    for sample in (differences, [0.01, -0.03, 0.02, 0.0, 0.01], [0.4, 0.9, 0.1]):
        assert (paired_p(sample) < 0.05) == student_interval(sample).excludes_zero


def test_differences_without_scatter_are_nothing_or_certain():
    assert paired_p([0.0, 0.0]) == 1.0
    assert paired_p([0.1, 0.1]) == 0.0
