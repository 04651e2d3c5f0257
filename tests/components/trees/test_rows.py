"""A matrix of all columns; of lists their length and their ends."""

import numpy as np

from components.trees.rows import Lists, columns_of


def test_of_a_list_its_length_and_its_ends_are_kept():
    seen = Lists(np.array([7, 8, 9, 5]), np.array([3, 0, 1]))
    columns = {"city": np.array([4, 0, 4]), "seen": seen, "price": np.ones(3)}
    values, categories, names = columns_of(columns, ["city"])
    assert names == ("city", "seen/length", "seen/first", "seen/last", "price")
    assert categories == (0, 2, 3)
    np.testing.assert_array_equal(values, [[4, 3, 7, 9, 1], [0, 0, -1, -1, 1], [4, 1, 5, 5, 1]])
