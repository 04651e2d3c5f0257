import numpy as np
import pytest
import scipy.optimize

from models.balancers import Reduction, UPGrad
from models.binding import Problem, bind_or_raise
from models.errors import ConfigError
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of
from tests.models.balancers.seen import losses_named

kinds = pytest.mark.parametrize("kind", KINDS)
SUM = UPGrad(reduction=Reduction.SUM)


def projected(vector, gradients):
    """The nearest to `vector` that overlaps negatively with none of `gradients`, by nonnegative least squares."""
    weights, _ = scipy.optimize.nnls(gradients.T, -vector, maxiter=1000)
    return vector + gradients.T @ weights


@kinds
@pytest.mark.parametrize("num_tasks", [2, 3, 5])
def test_the_direction_is_the_mean_of_projected_gradients(kind, num_tasks):
    rows = draw(kind, num_tasks, num=40)
    weights = weights_of(UPGrad(), gram_of(rows))
    for gradients, found in zip(rows, weights, strict=True):
        expected = np.mean([projected(gradient, gradients) for gradient in gradients], axis=0)
        # float32 weights, which are large where gradients are nearly opposed, as the ridge makes itself felt there.
        allowed = 1e-5 * np.sum(np.abs(found[:, None] * gradients)) + 1e-9
        assert np.linalg.norm(found @ gradients - expected) <= allowed


@kinds
def test_no_task_is_harmed(kind):
    rows = draw(kind, 5)
    for preference in ({}, {"task_0": 5.0, "task_3": 0.1}):
        weights = weights_of(UPGrad(preference=preference), gram_of(rows))
        gain = np.einsum("gts,gs->gt", rows, np.einsum("gt,gts->gs", weights, rows))
        lengths = np.linalg.norm(rows, axis=2)
        assert (gain >= -1e-5 * lengths * np.sum(weights * lengths, axis=1, keepdims=True)).all()


def test_of_two_tasks_the_sum_is_pcgrad():
    rows = draw("full", 2)
    overlap = np.sum(rows[:, 0] * rows[:, 1], axis=1)
    squares = np.sum(rows**2, axis=2)
    weights = weights_of(SUM, gram_of(rows))
    expected = np.where(overlap[:, None] < 0, 1 - overlap[:, None] / squares, 1.0)
    assert (overlap < 0).any() and (overlap > 0).any()
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


def test_without_a_conflict_weights_are_the_preferences():
    gram = gram_of(draw("agreeing", 4))
    np.testing.assert_allclose(weights_of(UPGrad(), gram), 0.25, rtol=1e-6)
    np.testing.assert_allclose(weights_of(SUM, gram), 1.0, rtol=1e-6)
    preference = {"task_1": 3.0, "task_2": 0.5}
    found = weights_of(UPGrad(preference=preference), gram)
    np.testing.assert_allclose(found, np.tile([1 / 5.5, 3 / 5.5, 0.5 / 5.5, 1 / 5.5], (100, 1)), rtol=1e-6)
    found = weights_of(UPGrad(preference=preference, reduction=Reduction.SUM), gram)
    np.testing.assert_allclose(found, np.tile([1.0, 3.0, 0.5, 1.0], (100, 1)), rtol=1e-6)


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_opposite_gradients_cancel(factor):
    rows = np.array([[0.6, 0.8], [-0.6 * factor, -0.8 * factor]])
    weights = weights_of(SUM, gram_of(rows))
    np.testing.assert_allclose(weights @ rows, 0.0, atol=1e-4)
    np.testing.assert_allclose(weights, [1 + factor, 1 + 1 / factor], rtol=1e-4)


def test_nearly_opposed_gradients_have_weights_in_bounds():
    rows = np.array([[1.0, 1e-4], [-1.0, 1e-4], [0.0, -1.0]])
    assert (weights_of(SUM, gram_of(rows)) < 1000).all()


def test_a_preferred_task_pulls_harder():
    gram = gram_of(draw("full", 3))
    weights = weights_of(UPGrad(preference={"task_1": 10.0}), gram)
    even = weights_of(UPGrad(), gram)
    gain = np.einsum("gij,gj->gi", gram, weights / np.sqrt(np.einsum("gi,gij,gj->g", weights, gram, weights))[:, None])
    before = np.einsum("gij,gj->gi", gram, even / np.sqrt(np.einsum("gi,gij,gj->g", even, gram, even))[:, None])
    assert (gain[:, 1] >= before[:, 1] - 1e-4).all()


def test_an_absent_task_leaves_the_problem():
    gram, rest = gram_of(draw("full", 4)), [0, 2, 3]
    balancer = UPGrad(preference={"task_1": 7.0, "task_3": 2.0})
    weights = weights_of(balancer, gram, active=[True, False, True, True])
    declared = losses_named("task_0", "task_2", "task_3")
    np.testing.assert_allclose(
        weights[:, rest], weights_of(balancer, gram[:, rest][:, :, rest], declared=declared), rtol=1e-5
    )
    assert (weights[:, 1] == 0).all()


def test_an_active_task_without_gradient_keeps_its_preference():
    weights = weights_of(UPGrad(), gram_of(draw("zero", 4)))
    np.testing.assert_allclose(weights[:, 0], 0.25, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-10, 1e10])
def test_the_unit_of_the_gradients_does_not_matter(scale):
    gram = gram_of(draw("full", 4))
    np.testing.assert_allclose(weights_of(SUM, scale * gram), weights_of(SUM, gram), rtol=1e-4)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf")])
def test_a_preference_that_is_none_is_refused(value):
    with pytest.raises(ConfigError) as error:
        UPGrad(preference={"click": value})
    assert error.value.problems == (f"`preference` of `click` must be positive, got {value}.",)


def test_preferences_of_no_loss_are_named_with_the_nearest():
    balancer = bind_or_raise(UPGrad, {"method": "upgrad", "reduction": "sum", "preference": {"bye": 2}})
    assert balancer.reduction is Reduction.SUM
    assert balancer.problems(losses_named("click", "buy")) == [
        Problem(("preference", "bye"), "no loss is called `bye`. Did you mean `buy`?", at_key=True)
    ]
