import numpy as np
import tensorflow as tf

from models.balancers.solvers.pivoting import pivoted, unit_diagonal
from tests.models.balancers.gradients import draw, gram_of

MATRIX = gram_of(draw("full", 4, num=3))
RIGHT = np.random.default_rng(1).standard_normal((3, 4))
TABLEAU = np.concatenate([MATRIX, RIGHT[:, :, None]], axis=2)


def at(place):
    return tf.one_hot([place] * 3, 4, dtype=tf.float64)


def test_pivots_hold_the_solution_on_their_places_and_the_rest_elsewhere():
    tableau = pivoted(pivoted(tf.constant(TABLEAU), at(1)), at(3)).numpy()
    for matrix, right, end in zip(MATRIX, RIGHT, tableau, strict=True):
        inside = np.ix_([1, 3], [1, 3])
        solution = np.linalg.solve(matrix[inside], -right[[1, 3]])
        np.testing.assert_allclose(end[[1, 3], 4], solution, rtol=1e-10)
        np.testing.assert_allclose(end[inside], np.linalg.inv(matrix[inside]), rtol=1e-10)
        np.testing.assert_allclose(
            end[[0, 2], 4], right[[0, 2]] + matrix[np.ix_([0, 2], [1, 3])] @ solution, rtol=1e-10
        )


def test_a_second_pivot_undoes_the_first():
    np.testing.assert_allclose(pivoted(pivoted(tf.constant(TABLEAU), at(2)), at(2)), TABLEAU, rtol=1e-10)


def test_a_group_without_a_place_stays_as_it_is():
    place = at(0).numpy() * [[1.0], [0.0], [1.0]]
    tableau = pivoted(tf.constant(TABLEAU), tf.constant(place)).numpy()
    np.testing.assert_array_equal(tableau[1], TABLEAU[1])
    assert (tableau[0] != TABLEAU[0]).any()


def test_gradients_get_length_1_and_those_outside_or_without_length_0():
    gram = gram_of(np.array([[[3.0, 4.0], [0.0, 0.0], [0.0, 2.0], [1.0, 0.0]]]))
    unit, scale = unit_diagonal(tf.constant(gram), tf.constant([True, True, True, False]))
    np.testing.assert_allclose(scale, [[0.2, 0.0, 0.5, 0.0]], rtol=1e-15)
    np.testing.assert_allclose(np.diag(unit[0]), [1.0, 0.0, 1.0, 0.0], rtol=1e-15)
    np.testing.assert_allclose(unit[0, 0, 2], 0.8, rtol=1e-15)
