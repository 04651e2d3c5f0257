import itertools

import numpy as np
import pytest
import scipy.optimize

from models.balancers import CAGrad, Rescale
from models.errors import ConfigError
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of
from tests.models.balancers.seen import losses_named

kinds = pytest.mark.parametrize("kind", KINDS)


def plain(c):
    """As published, without a change of length."""
    return CAGrad(c=c, rescale=Rescale.NONE)


def directions(balancer, rows):
    return np.einsum("gt,gts->gs", weights_of(balancer, gram_of(rows)), rows)


def objective(weights, rows, c):
    """What the published w minimises over the simplex: g_w'g_0 + c |g_0| |g_w|."""
    combined, mean = weights @ rows, rows.mean(axis=0)
    return combined @ mean + c * np.linalg.norm(mean) * np.linalg.norm(combined, axis=-1)


def of_grid(rows, c, steps):
    num_tasks = len(rows)
    points = [p for p in itertools.product(range(steps + 1), repeat=num_tasks - 1) if sum(p) <= steps]
    simplex = np.array([[*point, steps - sum(point)] for point in points]) / steps
    return simplex[objective(simplex, rows, c).argmin()]


@pytest.mark.slow
@pytest.mark.parametrize("num_tasks", [2, 3])
@pytest.mark.parametrize("c", [0.2, 0.5, 0.9])
def test_its_combination_is_as_good_as_that_of_a_fine_grid(num_tasks, c):
    steps = {2: 10_000, 3: 200}[num_tasks]
    for rows in draw("full", num_tasks, num=12):
        found = weights_of(plain(c), gram_of(rows)) - 1 / num_tasks
        best = of_grid(rows, c, steps)
        assert objective(found / found.sum(), rows, c) <= objective(best, rows, c) + 1e-6
        np.testing.assert_allclose(found / found.sum(), best, atol=3 / steps + 1e-3)


@pytest.mark.slow
def test_its_weights_are_those_of_sequential_quadratic_programming():
    for rows in draw("full", 4, num=12):
        result = scipy.optimize.minimize(
            objective,
            np.full(4, 0.25),
            (rows, 0.5),
            method="SLSQP",
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
            options={"ftol": 1e-14, "maxiter": 500},
        )
        mean, combined = rows.mean(axis=0), result.x @ rows
        published = 0.25 + 0.5 * np.linalg.norm(mean) / np.linalg.norm(combined) * result.x
        np.testing.assert_allclose(weights_of(plain(0.5), gram_of(rows)), published, atol=1e-4)


@kinds
def test_c_of_0_is_the_mean_gradient(kind):
    weights = weights_of(plain(0.0), gram_of(draw(kind, 4)))
    np.testing.assert_allclose(weights, 0.25, rtol=1e-7)


@kinds
@pytest.mark.parametrize("c", [0.4, 1.0, 1.5])
def test_it_stays_near_the_mean_and_serves_the_worst_off_no_worse(kind, c):
    rows = draw(kind, 4)
    weights = weights_of(plain(c), gram_of(rows))
    mean, found = rows.mean(axis=1), np.einsum("gt,gts->gs", weights, rows)
    size = np.linalg.norm(rows, axis=(1, 2))
    # The length of a combination is known as well as float32 knows the squares of what cancels in it.
    noise = 1e-6 * np.sum(weights * np.linalg.norm(rows, axis=2), axis=1) ** 2 / np.maximum(size, 1e-9)
    assert (np.linalg.norm(found - mean, axis=1) <= c * np.linalg.norm(mean, axis=1) + noise).all()
    before, after = (np.einsum("gts,gs->gt", rows, vector).min(axis=1) for vector in (mean, found))
    assert (after >= before - 1e-5 * size**2).all()


@kinds
@pytest.mark.parametrize("c", [1.0, 2.0])
def test_c_of_1_or_more_harms_no_task(kind, c):
    rows = draw(kind, 4)
    gain = np.einsum("gts,gs->gt", rows, directions(plain(c), rows))
    assert (gain >= -1e-4 * np.sum(rows**2, axis=(1, 2))[:, None]).all()


@pytest.mark.parametrize(
    ("rescale", "length"), [(Rescale.NONE, 1.4), (Rescale.C_SQUARED, 1.4 / 1.16), (Rescale.C, 1.0)]
)
def test_equal_gradients_grow_by_1_plus_c_before_they_are_rescaled(rescale, length):
    gram = gram_of(np.tile([[3.0, 4.0]], (3, 1)))
    np.testing.assert_allclose(weights_of(CAGrad(c=0.4, rescale=rescale), gram), [length / 3] * 3, rtol=1e-5)


def test_two_tasks_by_hand():
    # (1, 0) and (0, 2) gain 1/2 and 2 along their mean, (1/2, 1), of length sqrt 5 / 2. The first alone is worst off
    # wherever half that length leads, so all of it goes to the first.
    weights = weights_of(plain(0.5), np.diag([1.0, 4.0]))
    np.testing.assert_allclose(weights, [0.5 + np.sqrt(5) / 4, 0.5], rtol=1e-6)
    # (1, 0) and (0, 1) gain alike, so the mean is the best direction, as long as the ball allows.
    np.testing.assert_allclose(weights_of(plain(0.5), np.eye(2)), [0.75, 0.75], rtol=1e-6)


def test_an_absent_task_leaves_the_problem():
    gram, rest = gram_of(draw("full", 4)), [0, 2, 3]
    weights = weights_of(CAGrad(), gram, active=[True, False, True, True])
    np.testing.assert_allclose(weights[:, rest], weights_of(CAGrad(), gram[:, rest][:, :, rest]), rtol=1e-5)
    assert (weights[:, 1] == 0).all()


def test_an_active_task_without_gradient_counts_in_the_mean_alone():
    weights = weights_of(plain(0.5), gram_of(draw("zero", 4)))
    np.testing.assert_allclose(weights[:, 0], 0.25, rtol=1e-6)
    assert (weights[:, 1:].sum(axis=1) > 0.75).all()


def test_opposed_gradients_do_not_blow_up_the_weights():
    # g2 = -g1, g3 apart: no direction serves both of the first. The mean, g3 / 3, harms none and stays as it is.
    rows = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(weights_of(plain(0.5), gram_of(rows)), [1 / 3] * 3, rtol=1e-4)


@pytest.mark.parametrize("scale", [1e-10, 1e10])
def test_the_unit_of_the_gradients_does_not_matter(scale):
    gram = gram_of(draw("full", 4))
    np.testing.assert_allclose(weights_of(CAGrad(), scale * gram), weights_of(CAGrad(), gram), rtol=1e-4)


@pytest.mark.parametrize("c", [-0.1, float("inf")])
def test_a_radius_that_is_none_is_refused(c):
    with pytest.raises(ConfigError) as error:
        CAGrad(c=c)
    assert error.value.problems == (f"`c` must be 0 or positive, got {c}: take 0.5, or 0.2 to stay nearer the mean.",)


def test_a_radius_of_1_or_more_is_warned_of():
    assert CAGrad(c=0.9).warnings(losses_named("click")) == []
    assert CAGrad(c=1.0).warnings(losses_named("click")) == [
        "`c` of 1 lets the direction leave the mean gradient: below 1 the mean loss goes down."
    ]
