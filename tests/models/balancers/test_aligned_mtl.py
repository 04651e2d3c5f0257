import numpy as np
import pytest

from models.balancers import AlignedMTL
from models.binding import Problem
from models.errors import ConfigError
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of
from tests.models.balancers.seen import losses_named

PREFERENCE = {"task_1": 3.0, "task_2": 0.5}


def aligned(rows, preference):
    """The paper's direction by the singular values of the gradients themselves: sigma_min U V' times preferences."""
    left, values, right = np.linalg.svd(rows.T, full_matrices=False)
    kept = values > 1e-3 * values[0]  # Of eigenvalues, 1e-6.
    return values[kept].min() * left[:, kept] @ right[kept] @ preference


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("num_tasks", [2, 3, 4])
@pytest.mark.parametrize("given", [{}, PREFERENCE], ids=["even", "preferred"])
def test_it_is_the_paper_by_singular_values(kind, num_tasks, given):
    rows = draw(kind, num_tasks)
    values = np.linalg.svd(rows, compute_uv=False)
    # Near the share of the largest eigenvalue at which a component ends, rounding decides.
    shares = values / np.maximum(values[:, :1], 1e-9)
    is_clear = ((shares < 5e-4) | (shares > 2e-3)).all(axis=1) & (values[:, 0] > 0)
    assert is_clear.sum() > 40
    preference = np.array([given.get(f"task_{task}", 1.0) for task in range(num_tasks)])
    preference /= preference.sum()
    weights = weights_of(AlignedMTL(preference=given), gram_of(rows))
    for one, found in zip(rows[is_clear], weights[is_clear], strict=True):
        np.testing.assert_allclose(found @ one, aligned(one, preference), atol=1e-4 * np.abs(one).max())


def test_of_orthogonal_gradients_of_one_length_it_is_the_mean_by_preference():
    np.testing.assert_allclose(weights_of(AlignedMTL(), 7.0 * np.eye(4)), np.full(4, 0.25), rtol=1e-6)
    weights = weights_of(AlignedMTL(preference=PREFERENCE), np.eye(3))
    np.testing.assert_allclose(weights, np.array([1.0, 3.0, 0.5]) / 4.5, rtol=1e-6)


def test_longer_gradients_are_shortened_to_the_shortest():
    # Orthogonal, of norms 1, 2 and 4: each becomes as long as the first.
    np.testing.assert_allclose(weights_of(AlignedMTL(), np.diag([1.0, 4.0, 16.0])), [1 / 3, 1 / 6, 1 / 12], rtol=1e-6)


def test_the_aligned_gradients_are_orthogonal_and_of_one_length():
    rows = draw("full", 3)
    alone = [
        weights_of(AlignedMTL(preference={f"task_{task}": 1e9}), gram_of(rows))  # Column by column.
        for task in range(3)
    ]
    gradients = np.einsum("knt,ntp->nkp", alone, rows)
    shortest = np.linalg.svd(rows, compute_uv=False)[:, -1]
    np.testing.assert_allclose(
        gram_of(gradients) / np.square(shortest)[:, None, None], np.broadcast_to(np.eye(3), (100, 3, 3)), atol=2e-3
    )


def test_equal_gradients_count_as_one_component():
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    # Singular values sqrt(2) and 3: the twins' component keeps its length, the third shrinks to sqrt(2).
    expected = np.array([2 / 3 * 0.5 * 2, np.sqrt(2) / 3])
    np.testing.assert_allclose(weights_of(AlignedMTL(), gram_of(rows)) @ rows, expected, rtol=1e-5)


def test_a_task_without_a_gradient_has_weight_0():
    np.testing.assert_allclose(weights_of(AlignedMTL(), np.diag([0.0, 1.0, 1.0])), [0.0, 1 / 3, 1 / 3], atol=1e-7)


def test_preferences_of_absent_tasks_leave():
    weights = weights_of(AlignedMTL(preference=PREFERENCE), np.eye(3), active=[True, True, False])
    np.testing.assert_allclose(weights, [0.25, 0.75, 0.0], rtol=1e-6)


def test_a_preference_for_no_loss_is_refused():
    (problem,) = AlignedMTL(preference={"clik": 1.0}).problems(losses_named("click", "buy"))
    expected = Problem(("preference", "clik"), "no loss is called `clik`. Did you mean `click`?", at_key=True)
    assert problem == expected


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_a_preference_that_is_not_positive_is_refused(value):
    with pytest.raises(ConfigError, match=r"`preference` of `buy` must be positive, got "):
        AlignedMTL(preference={"buy": value})
