"""The count of distinct clusters."""

import numpy as np
import pytest

from components.comparison.distinct import DistinctCount, marks
from components.comparison.mixing import mixed


def counted(values):
    count = DistinctCount()
    count.add(marks(mixed(values.astype(np.uint64))))
    return count


@pytest.mark.parametrize("number", [0, 1, 200, 3000, 10_000, 15_000, 100_000, 1_000_000])
def test_it_is_near(number):
    assert counted(np.arange(number)).count() == pytest.approx(number, rel=0.05, abs=0.5)


def test_repeated_values_and_merged_counts_count_once():
    first, second = counted(np.arange(3000)), counted(np.arange(1000, 5000))
    first.merge(second)
    assert first.count() == counted(np.tile(np.arange(5000), 2)).count()
