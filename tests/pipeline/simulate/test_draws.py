import numpy as np
import pytest

from pipeline.simulate import draws

ROWS = np.arange(200_000, dtype=np.uint64)
SIGMAS = 4.5  # One false alarm in 150,000 draws of a seed; the seeds here are fixed.


def test_the_mixer_is_the_published_one():
    # SplitMix64 started at 0 gives 0xE220A8397B1DCDAF first, then 0x6E789E6AA1B965F4.
    states = np.array([1, 2], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert [hex(value) for value in draws._mixed(states)] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4"]


@pytest.mark.parametrize("draw", [draws.uniform, draws.normal])
def test_a_draw_depends_on_its_index_alone(draw):
    picked = np.array([7, 100_000, 3], np.uint64)
    np.testing.assert_array_equal(draw(5, "click", index=picked), draw(5, "click", index=ROWS)[picked])


@pytest.mark.parametrize("other", [(6, "click"), (5, "spend")])
def test_seeds_and_streams_are_independent(other):
    one, two = draws.uniform(5, "click", index=ROWS), draws.uniform(*other, index=ROWS)
    assert abs(np.corrcoef(one, two)[0, 1]) < SIGMAS / len(ROWS) ** 0.5
    assert abs(np.corrcoef(one[1:], two[:-1])[0, 1]) < SIGMAS / len(ROWS) ** 0.5


def test_uniform_draws_fill_the_interval_evenly():
    values = draws.uniform(1, "click", index=ROWS)
    counts, _ = np.histogram(values, bins=20, range=(0, 1))
    expected = len(ROWS) / 20
    assert np.abs((counts - expected) / (expected * 0.95) ** 0.5).max() < SIGMAS


def test_normal_draws_have_the_moments_of_a_standard_normal():
    values = draws.normal(1, "number", index=ROWS)
    # Variances of x, x^2, x^3 and x^4 under the normal law are 1, 2, 15 and 96.
    for power, (mean, variance) in enumerate([(0, 1), (1, 2), (0, 15), (3, 96)], start=1):
        assert abs((values**power).mean() - mean) < SIGMAS * (variance / len(ROWS)) ** 0.5


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 1.5])
def test_ranks_have_the_frequencies_of_the_power_law(exponent):
    ranks = draws.zipf_rank(draws.uniform(1, "shown", index=ROWS), 50, exponent=exponent)
    edges = np.arange(1, 52, dtype=float)
    mass = np.log(edges) if exponent == 1 else edges ** (1 - exponent) / (1 - exponent)
    shares = np.diff(mass) / (mass[-1] - mass[0])
    counts = np.bincount(ranks.astype(int), minlength=50)
    assert len(counts) == 50
    assert np.abs((counts - len(ROWS) * shares) / (len(ROWS) * shares * (1 - shares)) ** 0.5).max() < SIGMAS


def test_the_ends_of_the_interval_are_ranks():
    ends = np.array([0.0, np.nextafter(1.0, 0.0)])
    for exponent in (0.0, 1.0, 2.0):
        np.testing.assert_array_equal(draws.zipf_rank(ends, 10**7, exponent=exponent), [0, 10**7 - 1])
