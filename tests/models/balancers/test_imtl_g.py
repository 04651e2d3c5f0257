import numpy as np
import pytest

from models.balancers import IMTLG
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of


def published(rows):
    """The paper's closed form: a_2..K = g_1 U' (D U')^-1 and a_1 the rest, from the gradients themselves."""
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    apart, unit_apart = rows[0] - rows[1:], units[0] - units[1:]
    rest = rows[0] @ unit_apart.T @ np.linalg.inv(apart @ unit_apart.T)
    return np.concatenate([[1 - rest.sum()], rest])


@pytest.mark.parametrize("num_tasks", [2, 3, 4])
def test_it_is_the_closed_form_of_the_paper_up_to_its_scale(num_tasks):
    rows = draw("full", num_tasks)
    weights = weights_of(IMTLG(), gram_of(rows))
    expected = np.array([published(one) for one in rows])
    is_positive = (expected >= 0).all(axis=1)
    assert is_positive.sum() > 10
    np.testing.assert_allclose(weights[is_positive], expected[is_positive], rtol=1e-4, atol=1e-6)
    scaled = expected / np.abs(expected).sum(axis=1, keepdims=True)
    scaled *= np.sign(expected.sum(axis=1, keepdims=True) * weights.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(weights, scaled, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("kind", ["full", "agreeing", "unlike"])
def test_every_task_gains_alike_and_none_loses(kind):
    rows = draw(kind, 4)
    direction = np.einsum("nt,ntp->np", weights_of(IMTLG(), gram_of(rows)), rows)
    gains = np.einsum("np,ntp->nt", direction, rows) / np.linalg.norm(rows, axis=2)
    error = 1e-5 * np.abs(rows).max(axis=(1, 2))
    assert (gains > -error[:, None]).all()
    assert (np.ptp(gains, axis=1) < 1e-3 * gains.mean(axis=1) + error).all()


def test_weights_of_two_tasks_are_one_over_their_norms():
    # C^-1 1 is even for two tasks, whatever their angle: norms 1 and 4 give 4 to 1.
    np.testing.assert_allclose(weights_of(IMTLG(), [[1.0, -3.0], [-3.0, 16.0]]), [0.8, 0.2], rtol=1e-6)


def test_where_the_published_scale_would_climb_the_direction_still_descends():
    # Found by search: the third gradient is short and its weight negative, so the published weights' sum is too.
    rows = np.array([[1.0, 0.0, 0.0], [-0.6, 0.8, 0.0], [0.04, 0.08, 0.02]])
    direction = weights_of(IMTLG(), gram_of(rows)) @ rows
    assert (rows @ direction > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_absolute_values_sum_to_1(kind):
    weights = weights_of(IMTLG(), gram_of(draw(kind, 4)))
    sums = np.abs(weights).sum(axis=1)
    np.testing.assert_allclose(sums[sums > 0], 1.0, rtol=1e-6)
    assert (sums > 0).mean() > 0.9  # In coarse draws all gradients may be 0.


def test_equal_gradients_share_evenly():
    rows = draw("equal", 3)
    weights = weights_of(IMTLG(), gram_of(rows))
    np.testing.assert_allclose(weights[:, 0], weights[:, 1], rtol=1e-4, atol=1e-6)


def test_opposed_gradients_cancel():
    rows = np.array([[3.0, 0.0], [-1.0, 0.0]])
    weights = weights_of(IMTLG(), gram_of(rows))
    np.testing.assert_allclose(weights, [0.25, 0.75], rtol=1e-6)
    np.testing.assert_allclose(weights @ rows, 0.0, atol=1e-6)


def test_a_task_without_a_gradient_leaves_the_problem():
    rows = draw("full", 3)
    with_zero = np.concatenate([rows, np.zeros((100, 1, rows.shape[2]))], axis=1)
    weights = weights_of(IMTLG(), gram_of(with_zero))
    np.testing.assert_allclose(weights[:, :3], weights_of(IMTLG(), gram_of(rows)), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(weights[:, 3], 0.0)
