import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

from models.balancers import GramBalancer, remember
from models.balancers.gram import normalised
from models.errors import ConfigError
from tests.models.balancers.grams import degenerate, gram_matrices
from tests.models.balancers.seen import losses_named, seen_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shown(GramBalancer):
    """Keeps what it is shown, and weighs by it."""

    def build(self, losses, num_groups=1):
        return {"gram": remember("gram", tf.zeros([num_groups, len(losses), len(losses)], tf.float64))}

    def weights(self, problem, memory):
        memory["gram"].assign(problem.gram)
        return tf.linalg.diag_part(problem.gram) * problem.num_active


def shown(gram, **seen):
    """The matrices that a method is shown, and its weights."""
    seen = seen_of(gram=gram, **seen)
    memory = Shown().build(seen.declared, seen.gram.shape[0])
    weights = Shown().balance(seen, memory)
    return memory["gram"].numpy(), weights.numpy()


def test_the_mean_of_the_diagonal_is_1_in_each_group_by_itself():
    grams = np.array([[[1.0, 0.5], [0.5, 3.0]], [[1e12, 0.0], [0.0, 0.0]]])
    expected = [[[0.5, 0.25], [0.25, 1.5]], [[2.0, 0.0], [0.0, 0.0]]]
    found, _ = shown(grams)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1.0, 1e10, 1e30])
def test_the_scale_of_all_gradients_is_taken_out(scale):
    gram = np.array([[2.0, -1.0], [-1.0, 1.0]])
    np.testing.assert_allclose(shown(gram * scale)[0], shown(gram)[0], rtol=1e-6)


def test_absent_tasks_leave_the_problem():
    gram = np.array([[4.0, 7.0, 1.0], [7.0, 1e9, 7.0], [1.0, 7.0, 2.0]])
    found, weights = shown(gram, active=[True, False, True])
    np.testing.assert_allclose(found[0], np.array([[4.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 2.0]]) / 3, rtol=1e-7)
    np.testing.assert_allclose(weights[0], [8 / 3, 0.0, 4 / 3], rtol=1e-6)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf, -np.inf])
def test_a_group_without_usable_gradients_has_the_identity(bad):
    good = np.diag([1.0, 1.0, 4.0])
    gram = tf.constant(np.stack([np.full((3, 3), bad), good]), tf.float32)
    found = normalised(gram, tf.constant([True, True, False])).numpy()
    np.testing.assert_array_equal(found[0], np.diag([1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(found[1], np.diag([1.0, 1.0, 0.0]))


def test_what_is_not_finite_in_an_absent_tasks_row_is_not_seen():
    gram = tf.constant([[[4.0, np.nan], [np.nan, np.nan]]])
    np.testing.assert_array_equal(normalised(gram, tf.constant([True, False])), [[[1.0, 0.0], [0.0, 0.0]]])


def test_rounding_that_made_a_matrix_asymmetric_is_taken_out():
    found, _ = shown([[1.0, 0.5], [0.7, 1.0]])
    np.testing.assert_allclose(found[0], [[1.0, 0.6], [0.6, 1.0]], rtol=1e-7)


@settings(deadline=None)  # The first call builds kernels.
@given(gram=gram_matrices())
def test_what_a_method_is_shown_is_as_promised(gram):
    found = normalised(tf.constant(gram[None], tf.float32), tf.ones(len(gram), tf.bool)).numpy()[0]
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(np.trace(found), len(gram), rtol=1e-6)
    assert np.linalg.eigvalsh(found).min() > -1e-6 * len(gram)


def test_no_degenerate_matrix_gets_through_unscaled():
    for num_tasks in (1, 2, 5):
        grams = tf.constant(degenerate(num_tasks), tf.float32)
        traces = np.trace(normalised(grams, tf.ones(num_tasks, tf.bool)).numpy(), axis1=1, axis2=2)
        np.testing.assert_allclose(traces, num_tasks, rtol=1e-6)


def test_no_gradient_flows_through_weights():
    gram = tf.constant([[[2.0, 0.0], [0.0, 1.0]]])
    seen = dataclasses.replace(seen_of([1.0, 1.0]), gram=gram)
    with tf.GradientTape() as tape:
        tape.watch(gram)
        weights = Shown().balance(seen, Shown().build(seen.declared))
    assert tape.gradient(weights, gram) is None


def test_a_step_without_matrices_is_refused():
    with pytest.raises(ValueError, match=r"`gram` must be seen by Shown, got None: give its Gram matrices\."):
        Shown().balance(seen_of([1.0, 1.0]), {})


@pytest.mark.parametrize("shape", [(2, 2), (1, 3, 3), (1, 2, 3)])
def test_matrices_of_another_shape_are_refused(shape):
    seen = dataclasses.replace(seen_of([1.0, 1.0]), gram=tf.ones(shape))
    with pytest.raises(ValueError, match=r"`gram` must be \[groups, 2, 2\], got \(.*\): give one matrix a group\."):
        Shown().balance(seen, {})


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match=r"`update_every` must be 1 or more, got 0\."):
        Shown(update_every=0)


def test_the_problem_knows_names_and_roles():
    declared = losses_named("click", "buy")
    seen = seen_of(gram=np.eye(2), declared=declared)

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class ByName(GramBalancer):
        def weights(self, problem, memory):
            return tf.constant([[float(len(loss.name)) for loss in problem.declared]], tf.float64)

    np.testing.assert_array_equal(ByName().balance(seen, {}), [[5.0, 3.0]])
