import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import MGDA, Normalize
from models.heads import ZeroInflatedLognormal
from tests.models.balancers.gradients import KINDS, draw, gram_of, shortest, weights_of
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named, seen_of

kinds = pytest.mark.parametrize("kind", KINDS)
LOSSES = np.array([0.1, 3.0, 0.02, 0.7, 1.0])


def normalised(gram, normalize, losses):
    lengths = np.sqrt(np.einsum("...tt->...t", gram))
    by_norm = lengths if normalize in (Normalize.L2, Normalize.LOSS_PLUS) else np.ones_like(lengths)
    by_loss = losses if normalize in (Normalize.LOSS, Normalize.LOSS_PLUS) else np.ones_like(losses)
    divisor = by_norm * by_loss
    return gram / divisor[..., :, None] / divisor[..., None, :], divisor


@pytest.mark.parametrize(
    ("first", "second", "weights"),
    [
        ([1.0, 0.0], [1.0, 1.0], [1.0, 0.0]),  # g1'(g1 - g2) = 0: the first is the shortest point itself.
        ([2.0, 1.0], [1.0, 0.0], [0.0, 1.0]),  # g2'(g2 - g1) < 0.
        ([3.0, 1.0], [1.0, 0.0], [0.0, 1.0]),
        ([1.0, 0.0], [0.0, 2.0], [0.8, 0.2]),  # 4 / (1 + 4)
        ([1.0, 0.0], [-1.0, 1.0], [0.6, 0.4]),  # g2'(g2 - g1) / |g1 - g2|^2 = 3 / 5
    ],
)
def test_two_tasks_in_all_three_regions(first, second, weights):
    found = weights_of(MGDA(), gram_of(np.array([first, second])))
    np.testing.assert_array_equal(
        found[np.equal(weights, 0) | np.equal(weights, 1)], [w for w in weights if w in (0, 1)]
    )
    np.testing.assert_allclose(found, weights, rtol=1e-6)


@pytest.mark.parametrize("factor", [0.1, 1.0, 7.0])
def test_opposite_gradients_cancel(factor):
    rows = np.array([[0.6, 0.8], [-0.6 * factor, -0.8 * factor]])
    weights = weights_of(MGDA(), gram_of(rows))
    np.testing.assert_allclose(weights, [factor / (1 + factor), 1 / (1 + factor)], rtol=1e-5)
    np.testing.assert_allclose(weights @ rows, 0.0, atol=1e-6)


def test_it_follows_the_shorter_of_two_gradients_unless_lengths_are_normalised():
    gram = np.diag([1.0, 100.0])
    np.testing.assert_allclose(weights_of(MGDA(), gram), [100 / 101, 1 / 101], rtol=1e-6)
    # Of length 1 both count alike, so each gradient has one over its length: 10 to 1.
    np.testing.assert_allclose(weights_of(MGDA(normalize=Normalize.L2), gram), [10 / 11, 1 / 11], rtol=1e-6)


@kinds
@pytest.mark.parametrize("num_tasks", [2, 3, 4])
def test_no_combination_is_shorter(kind, num_tasks):
    gram = gram_of(draw(kind, num_tasks, num=30)).astype(np.float32).astype(np.float64)
    for matrix, weights in zip(gram, weights_of(MGDA(), gram), strict=True):
        with_gradient = np.diag(matrix) > 0
        assert (weights[~with_gradient] == 0).all() or not with_gradient.any()
        if not with_gradient.any():
            continue
        inner = matrix[np.ix_(with_gradient, with_gradient)]
        best = shortest(inner, np.zeros(len(inner)))
        assert weights @ matrix @ weights <= best @ inner @ best + 1e-6 * np.trace(matrix)  # float32


@kinds
@pytest.mark.parametrize("normalize", Normalize)
def test_no_task_is_harmed_and_all_that_count_gain_alike(kind, normalize):
    gram = gram_of(draw(kind, 5, num=60)).astype(np.float32).astype(np.float64)
    gram = gram[(np.einsum("gtt->gt", gram) > 0).all(axis=1) | (kind == "zero")]
    weights = weights_of(MGDA(normalize=normalize), gram, losses=LOSSES)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-6)
    if kind == "zero":
        gram, weights, losses = gram[:, 1:, 1:], weights[:, 1:], LOSSES[1:]
    else:
        losses = LOSSES
    inner, divisor = normalised(gram, normalize, losses)
    alpha = weights * divisor / np.sum(weights * divisor, axis=1, keepdims=True)
    slope = np.einsum("gij,gj->gi", inner, alpha)
    length = np.sum(alpha * slope, axis=1, keepdims=True)
    sizes = np.einsum("gtt->gt", inner)
    # float32: weights are right to 1e-7 of the longest gradient that they combine.
    allowed = 1e-6 * np.sqrt(sizes * sizes.max(axis=1, keepdims=True))
    assert (slope >= length - allowed).all()
    assert (np.abs(slope - length) <= allowed)[alpha > 1e-6].all()


def test_changing_places_changes_nothing_else():
    gram, order = gram_of(draw("full", 5, num=20)), [3, 0, 4, 1, 2]
    moved = weights_of(MGDA(), gram[:, order][:, :, order])
    np.testing.assert_allclose(moved, weights_of(MGDA(), gram)[:, order], rtol=1e-6, atol=1e-9)


def test_a_task_twice_leaves_the_direction_as_it_is():
    rows = draw("full", 4, num=20)
    twice = np.concatenate([rows, rows[:, :1]], axis=1)
    direction = np.einsum("gt,gts->gs", weights_of(MGDA(), gram_of(rows)), rows)
    weights = weights_of(MGDA(), gram_of(twice))
    np.testing.assert_allclose(np.einsum("gt,gts->gs", weights, twice), direction, atol=1e-5)
    np.testing.assert_allclose(weights[:, 0], weights[:, 4], atol=1e-4)


@pytest.mark.parametrize("normalize", Normalize)
def test_an_active_task_without_gradient_leaves_the_problem(normalize):
    gram = gram_of(draw("zero", 5, num=20))
    weights = weights_of(MGDA(normalize=normalize), gram, losses=LOSSES)
    alone = weights_of(MGDA(normalize=normalize), gram[:, 1:, 1:], losses=LOSSES[1:])
    np.testing.assert_allclose(weights[:, 1:], alone, rtol=1e-5)
    assert (weights[:, 0] == 0).all()


@pytest.mark.parametrize("normalize", Normalize)
def test_an_absent_task_leaves_the_problem(normalize):
    gram, rest = gram_of(draw("full", 5, num=20)), [0, 1, 3, 4]
    balancer = MGDA(normalize=normalize)
    weights = weights_of(balancer, gram, losses=LOSSES, active=[True, True, False, True, True])
    alone = weights_of(balancer, gram[:, rest][:, :, rest], losses=LOSSES[rest])
    np.testing.assert_allclose(weights[:, rest], alone, rtol=1e-6, atol=1e-9)
    pair = weights_of(balancer, gram, losses=LOSSES, active=[True, False, False, True, False])
    ends = gram[:, [0, 3]][:, :, [0, 3]]
    np.testing.assert_allclose(pair[:, [0, 3]], weights_of(balancer, ends, losses=LOSSES[[0, 3]]), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-10, 1e-5, 1e5, 1e10])
@kinds
def test_the_unit_of_the_gradients_does_not_matter(kind, scale):
    gram = gram_of(draw(kind, 4, num=20))
    scaled = weights_of(MGDA(), gram * scale)
    assert np.isfinite(scaled).all()
    # Where gradients are dependent, rounding to float32 chooses among weights of one length.
    lengths = [np.einsum("gi,gij,gj->g", found, gram, found) for found in (scaled, weights_of(MGDA(), gram))]
    np.testing.assert_allclose(*lengths, atol=1e-6 * np.einsum("gtt->g", gram).max())


def test_normalised_by_losses_their_units_do_not_matter():
    gram, unit = gram_of(draw("full", 5, num=20)), np.array([1.0, 10.0, 1.0, 0.1, 1.0])
    balancer, other_gram = MGDA(normalize=Normalize.LOSS), gram * unit[:, None] * unit
    weights = weights_of(balancer, gram, losses=LOSSES)
    by_unit = weights_of(balancer, other_gram, losses=LOSSES * unit) * unit
    np.testing.assert_allclose(by_unit / by_unit.sum(axis=1, keepdims=True), weights, rtol=1e-4, atol=1e-8)
    # A loss weight is a unit: it is in the gradients, and not in the losses that a balancer sees.
    declared = losses_named(*names_of(5), loss_weights=list(unit))
    by_weight = weights_of(balancer, other_gram, losses=LOSSES, declared=declared) * unit
    np.testing.assert_allclose(by_weight, by_unit, rtol=1e-5)


@pytest.mark.parametrize("normalize", [Normalize.LOSS, Normalize.LOSS_PLUS])
def test_a_loss_below_0_counts_by_its_magnitude_and_one_of_0_leaves_the_problem(normalize):
    gram = gram_of(draw("full", 3, num=5))
    weights = weights_of(MGDA(normalize=normalize), gram, losses=[0.0, -0.5, 1.0])
    assert (weights[:, 0] == 0).all()
    alone = weights_of(MGDA(normalize=normalize), gram[:, 1:, 1:], losses=[0.5, 1.0])
    np.testing.assert_allclose(weights[:, 1:], alone, rtol=1e-5)


def test_losses_that_may_fall_below_0_are_warned_of_where_they_divide():
    losses = losses_named("spend", kind=ZeroInflatedLognormal())
    assert MGDA().warnings(losses) == MGDA(normalize=Normalize.L2).warnings(losses) == []
    assert MGDA(normalize=Normalize.LOSS_PLUS).warnings(losses) == [
        "the loss `spend` may be negative, being minus a log density: `normalize: loss+` takes its magnitude."
    ]


def test_no_gradient_flows_through_the_weights():
    gram = tf.Variable(gram_of(draw("full", 3, num=1)), dtype=tf.float32)
    with tf.GradientTape() as tape:
        weights = MGDA().balance(dataclasses.replace(seen_of(gram=np.eye(3)), gram=tf.identity(gram)), {})
    assert tape.gradient(weights, gram) is None


@pytest.mark.parametrize("normalize", Normalize)
def test_autograph_can_read_it(normalize, monkeypatch):
    said = []
    monkeypatch.setattr(tf.get_logger(), "handle", lambda record: said.append(record.getMessage()))
    step = tf.function(lambda gram: MGDA(normalize=normalize).balance(seen_of(gram=np.eye(3)), {}) * gram)
    step.get_concrete_function(tf.ones([]))
    assert not [message for message in said if "AutoGraph" in message]
