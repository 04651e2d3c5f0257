import numpy as np

from models.experts.initial import StackedGlorot


def test_each_matrix_has_glorots_spread_whatever_the_stack():
    stack = StackedGlorot(range(8))([8, 200, 100]).numpy()
    limit = np.sqrt(6 / 300)
    assert np.abs(stack).max() <= limit
    # A uniform draw within +-limit has the standard deviation limit / sqrt(3); 20,000 draws tell it to 1 %.
    np.testing.assert_allclose(stack.std(axis=(1, 2)), limit / np.sqrt(3), rtol=0.02)


def test_equal_seeds_give_equal_matrices_and_others_do_not():
    stack = StackedGlorot([1, 2, 1])([3, 4, 5]).numpy()
    np.testing.assert_array_equal(stack[0], stack[2])
    assert not np.isclose(stack[0], stack[1]).any()
