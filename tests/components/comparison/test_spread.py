"""Degrees of freedom by what each group contributes."""

import numpy as np
import pytest

from components.comparison.spread import effective_dof


def test_equal_normal_groups_count_about_once_each():
    influence = np.random.default_rng(0).normal(size=100_000)
    assert effective_dof(influence) == pytest.approx(100_000, rel=0.03)


def test_a_heavy_group_is_all_there_is():
    influence = np.append(np.full(1000, 1e-3), [10.0, -11.0])
    assert effective_dof(influence) < 5


def test_bounds():
    assert effective_dof(np.array([1.0, -1.0] * 50)) == 99  # No tails at all: groups less one.
    assert effective_dof(np.zeros(20)) == 19
    assert effective_dof(np.array([1.0])) == 1


def test_it_does_not_change_with_the_unit_or_the_sign():
    influence = np.random.default_rng(0).standard_t(5, size=500)
    assert effective_dof(influence * -1e-200) == pytest.approx(effective_dof(influence), rel=1e-12)
