"""From repeated measurements to a sign, from two signs to advice."""

import math

import numpy as np
import pytest

from pipeline.affinity.effect import Advice, Band, Sign, advise, band_of_looks, band_of_seeds, sign_of

HELPS, HURTS, UNKNOWN = Sign.HELPS, Sign.HURTS, Sign.UNKNOWN
UP, DOWN, INSIDE, ONCE, NEVER = Band(0.5, 0.1), Band(-0.5, 0.1), Band(0.05, 0.1), Band(0.5, None), Band(None, None)
OWN = Band(1.0, 0.1)


@pytest.mark.parametrize(
    ("first", "second", "advice"),
    [
        (HELPS, HELPS, Advice.SHARE),
        (HELPS, UNKNOWN, Advice.SHARE),
        (HELPS, HURTS, Advice.AUXILIARY),
        (UNKNOWN, UNKNOWN, Advice.CANNOT_TELL),
        (UNKNOWN, HURTS, Advice.SEPARATE),
        (HURTS, HURTS, Advice.SEPARATE),
    ],
)
def test_advice_for_each_pair_of_signs_in_either_order(first, second, advice):
    assert advise(first, second) is advise(second, first) is advice


@pytest.mark.parametrize(
    ("lookahead", "probe", "sign"),
    [
        (UP, UP, HELPS),
        (UP, INSIDE, HELPS),
        (INSIDE, UP, HELPS),
        (NEVER, UP, HELPS),
        (DOWN, DOWN, HURTS),
        (DOWN, INSIDE, HURTS),
        (INSIDE, DOWN, HURTS),
        (INSIDE, INSIDE, UNKNOWN),
        (UP, DOWN, UNKNOWN),
        (DOWN, UP, UNKNOWN),
        (ONCE, ONCE, UNKNOWN),
        (NEVER, NEVER, UNKNOWN),
    ],
)
def test_what_both_measurements_say_together(lookahead, probe, sign):
    assert sign_of(lookahead, probe, own_lookahead=OWN, own_probe=OWN) is sign


@pytest.mark.parametrize(("value", "sign"), [(0.049, UNKNOWN), (0.051, HELPS), (-0.051, HURTS), (-0.049, UNKNOWN)])
def test_an_effect_that_is_sure_but_small_beside_the_task_s_own_says_nothing(value, sign):
    small = Band(value, 0.001)
    assert sign_of(small, NEVER, own_lookahead=OWN, own_probe=OWN) is sign
    assert sign_of(NEVER, small, own_lookahead=OWN, own_probe=OWN) is sign


def test_the_band_of_seeds_is_student_s():
    # Mean 2, standard deviation 1, so 4.303 / sqrt(3) on either side.
    band = band_of_seeds([1.0, 2.0, 3.0])
    assert band.value == 2.0
    assert band.noise == pytest.approx(4.303 / math.sqrt(3))
    assert band_of_seeds([1.0, math.nan, 3.0]).noise == pytest.approx(12.706 * math.sqrt(2) / math.sqrt(2))


def test_the_band_of_looks_holds_the_mean_of_noise_nearly_always():
    draws = np.random.default_rng(0).normal(size=[300, 40])
    outside = [abs(band.value) > band.noise for band in map(band_of_looks, draws.tolist())]
    assert sum(outside) <= 6


@pytest.mark.parametrize("band", [band_of_looks, band_of_seeds])
def test_fewer_than_two_measurements_have_no_noise(band):
    assert band([math.nan, 0.3]) == Band(0.3, None)
    assert band([math.nan]) == Band(None, None)
