import numpy as np
import pytest

from models.balancers import FairGrad, NashMTL
from models.errors import ConfigError
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of


def normalised(rows):
    """With a mean squared norm of 1."""
    return rows / np.sqrt(np.mean(np.sum(rows**2, axis=-1), axis=-1))[..., None, None]


@pytest.mark.parametrize("kind", ["full", "agreeing", "unlike"])
@pytest.mark.parametrize("num_tasks", [2, 4, 8])
def test_the_bargain_is_struck(kind, num_tasks):
    rows = normalised(draw(kind, num_tasks))
    weights = weights_of(NashMTL(), gram_of(rows))
    np.testing.assert_allclose(weights * np.einsum("nij,nj->ni", gram_of(rows), weights), 1.0, rtol=1e-3)


@pytest.mark.parametrize("cosine", [-0.99, -0.5, 0.0, 0.7])
def test_two_tasks_have_a_closed_form(cosine):
    # a_i n_i = b with b^2 (1 + cosine) = 1.
    gram = np.array([[0.5, cosine * np.sqrt(0.75)], [cosine * np.sqrt(0.75), 1.5]])
    expected = 1 / np.sqrt(np.diag(gram) * (1 + cosine))
    np.testing.assert_allclose(weights_of(NashMTL(), gram), expected, rtol=1e-5)


def test_no_other_direction_of_its_length_has_a_larger_product_of_gains():
    rows = normalised(draw("full", 3, num=20))
    direction = np.einsum("nt,ntp->np", weights_of(NashMTL(), gram_of(rows)), rows)
    draws = np.random.default_rng(0).standard_normal((2000, 20, rows.shape[2]))
    others = np.concatenate([draws, direction + 0.05 * draws])
    others *= np.linalg.norm(direction, axis=1)[:, None] / np.linalg.norm(others, axis=2, keepdims=True)
    gains, best = np.einsum("mnp,ntp->mnt", others, rows), np.einsum("np,ntp->nt", direction, rows)
    assert (best > 0).all()
    products = np.where((gains > 0).all(axis=2), gains.prod(axis=2), 0.0)
    assert (products.max(axis=0) <= best.prod(axis=1) * (1 + 1e-5)).all()
    assert (products.max(axis=0) > 0.9 * best.prod(axis=1)).all()  # Some came near, so the bound is one.


def test_orthogonal_gradients_of_one_norm_weigh_1_each():
    np.testing.assert_allclose(weights_of(NashMTL(), 5.0 * np.eye(3)), np.ones(3), rtol=1e-6)


def test_norms_do_not_count():
    rows = draw("full", 3)
    lengths = np.array([1.0, 30.0, 0.02])[:, None]
    direction, other = (
        np.einsum("nt,ntp->np", weights_of(NashMTL(), gram_of(given)), given) for given in (rows, rows * lengths)
    )
    cosine = np.sum(direction * other, axis=1) / np.linalg.norm(direction, axis=1) / np.linalg.norm(other, axis=1)
    np.testing.assert_allclose(cosine, 1.0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_positive_and_bounded(kind):
    gram = gram_of(normalised(draw(kind, 4)[np.abs(draw(kind, 4)).sum(axis=(1, 2)) > 0]))
    weights = weights_of(NashMTL(), gram)
    assert (weights > 0).all()
    norms = np.sqrt(np.einsum("ntt->nt", gram))
    assert (weights * np.where(norms > 0, norms, 1.0) <= 2e3 * 2).all()  # sqrt(tasks / least eigenvalue)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_weighted_sum_is_no_longer_than_max_norm(scale):
    rows = draw("full", 3) * scale
    grams = gram_of(rows)
    for one, gram in zip(rows[:10], grams[:10], strict=True):
        weights, free = weights_of(NashMTL(max_norm=0.7), gram), weights_of(NashMTL(), gram)
        length, free_length = np.linalg.norm(weights @ one), np.linalg.norm(free @ one)
        np.testing.assert_allclose(length, min(0.7, free_length), rtol=1e-4)
        np.testing.assert_allclose(weights / length, free / free_length, rtol=1e-4)


def test_max_norm_is_of_all_groups_together_and_of_those_present():
    gram = np.stack([np.diag([9.0, 9.0, 1e6])] * 2)
    weights = weights_of(NashMTL(max_norm=1.0), gram, active=[True, True, False])
    np.testing.assert_allclose(np.sum(weights**2 * 9.0), 1.0, rtol=1e-5)


def test_it_is_fairgrad_with_alpha_1():
    gram = gram_of(draw("full", 4))
    np.testing.assert_array_equal(weights_of(NashMTL(), gram), weights_of(FairGrad(alpha=1.0), gram))


@pytest.mark.parametrize("max_norm", [0.0, -1.0, np.inf])
def test_a_max_norm_that_is_none_is_refused(max_norm):
    with pytest.raises(ConfigError, match=rf"`max_norm` must be positive, got {max_norm}\."):
        NashMTL(max_norm=max_norm)
