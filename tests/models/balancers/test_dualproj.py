import numpy as np
import pytest
import scipy.optimize

from models.balancers import DualProj, Reduction, UPGrad
from models.binding import Problem
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of
from tests.models.balancers.seen import losses_named

kinds = pytest.mark.parametrize("kind", KINDS)
PREFERENCE = {"task_0": 4.0, "task_2": 0.5}


@kinds
@pytest.mark.parametrize("num_tasks", [3, 5])
def test_the_direction_is_the_projected_preferred_sum(kind, num_tasks):
    rows = draw(kind, num_tasks, num=40)
    preference = np.array([PREFERENCE.get(f"task_{place}", 1.0) for place in range(num_tasks)])
    weights = weights_of(DualProj(preference=PREFERENCE, reduction=Reduction.SUM), gram_of(rows))
    for gradients, found in zip(rows, weights, strict=True):
        vector = preference @ gradients
        added, _ = scipy.optimize.nnls(gradients.T, -vector, maxiter=1000)
        # float32 weights, which are large where gradients are nearly opposed, as the ridge makes itself felt there.
        allowed = 1e-5 * np.sum(np.abs(found[:, None] * gradients)) + 1e-9
        assert np.linalg.norm(found @ gradients - vector - gradients.T @ added) <= allowed


@kinds
def test_no_task_is_harmed(kind):
    rows = draw(kind, 5)
    weights = weights_of(DualProj(), gram_of(rows))
    gain = np.einsum("gts,gs->gt", rows, np.einsum("gt,gts->gs", weights, rows))
    lengths = np.linalg.norm(rows, axis=2)
    assert (gain >= -1e-5 * lengths * np.sum(weights * lengths, axis=1, keepdims=True)).all()


def test_a_sum_that_harms_no_task_stays_as_it_is_though_tasks_conflict():
    # (1, 0) and (-1/2, 1) overlap by -1/2, but their mean by 1/4 and 3/8: UPGrad moves it, this does not.
    gram = gram_of(np.array([[1.0, 0.0], [-0.5, 1.0]]))
    np.testing.assert_allclose(weights_of(DualProj(), gram), [0.5, 0.5], rtol=1e-6)
    assert (weights_of(UPGrad(), gram) > 0.5).all()


def test_a_harmed_task_gains_nothing_and_loses_nothing():
    # (3, 0) and (-1, 1) sum to (2, 1), which overlaps by -1 with the second: half of that gradient makes it (3/2, 3/2).
    weights = weights_of(DualProj(reduction=Reduction.SUM), gram_of(np.array([[3.0, 0.0], [-1.0, 1.0]])))
    np.testing.assert_allclose(weights, [1.0, 1.5], rtol=1e-5)


def test_weights_of_sums_and_means_differ_by_a_factor():
    gram = gram_of(draw("full", 4))
    means, sums = (weights_of(DualProj(preference=PREFERENCE, reduction=reduction), gram) for reduction in Reduction)
    np.testing.assert_allclose(sums, 6.5 * means, rtol=1e-4)


def test_an_absent_task_leaves_the_problem():
    gram, rest = gram_of(draw("full", 4)), [1, 2, 3]
    weights = weights_of(DualProj(preference=PREFERENCE), gram, active=[False, True, True, True])
    declared = losses_named("task_1", "task_2", "task_3")
    alone = weights_of(DualProj(preference=PREFERENCE), gram[:, rest][:, :, rest], declared=declared)
    np.testing.assert_allclose(weights[:, rest], alone, rtol=1e-5)
    assert (weights[:, 0] == 0).all()


@pytest.mark.parametrize("scale", [1e-10, 1e10])
def test_the_unit_of_the_gradients_does_not_matter(scale):
    gram = gram_of(draw("full", 4))
    np.testing.assert_allclose(weights_of(DualProj(), scale * gram), weights_of(DualProj(), gram), rtol=1e-4)


def test_preferences_of_no_loss_are_named_with_the_nearest():
    assert DualProj(preference={"bye": 2.0}).problems(losses_named("click", "buy")) == [
        Problem(("preference", "bye"), "no loss is called `bye`. Did you mean `buy`?", at_key=True)
    ]
