import itertools

import numpy as np
import pytest
import scipy.optimize
import tensorflow as tf

from models.balancers import GradVac, PCGrad, Reduction, Roles, UPGrad
from models.balancers.visiting import visiting_order
from models.tasks import Role
from tests.models.balancers.gradients import KINDS, draw, gram_of, weights_of
from tests.models.balancers.grams import GramRunner, mixed_roles
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named, seen_of

kinds = pytest.mark.parametrize("kind", KINDS)
FIRST = PCGrad(roles=Roles.MAIN_FIRST)


def surgery(rows, orders):
    """The changed gradients, from the gradients themselves: task i meets the tasks of `orders[i]`, in that order."""
    changed = rows.copy()
    for place, order in enumerate(orders):
        for met in order:
            overlap = changed[place] @ rows[met]
            if met != place and overlap < 0:
                changed[place] = changed[place] - overlap / (rows[met] @ rows[met]) * rows[met]
    return changed


def orders_at(step, num_tasks, *, seed=0):
    declared = losses_named(*names_of(num_tasks))
    return visiting_order(seed, tf.constant(step, tf.int64), declared).numpy()


def sums(balancer, rows, declared=None):
    """What all gradients sum to, `[num, size]`."""
    weights = weights_of(balancer, gram_of(rows), declared=declared)
    return np.einsum("nt,ntp->np", weights, rows)


def roles_of(*roles):
    return losses_named(*names_of(len(roles)), roles=roles)


@kinds
@pytest.mark.parametrize("num_tasks", [2, 3, 5])
def test_it_is_the_surgery_of_the_paper_on_the_gradients_themselves(kind, num_tasks):
    rows = draw(kind, num_tasks, num=20)
    expected = [surgery(one, orders_at(0, num_tasks)).sum(axis=0) for one in rows]
    np.testing.assert_allclose(sums(PCGrad(), rows), expected, atol=2e-6 * np.abs(rows).max())


def test_two_opposed_tasks_keep_what_they_agree_on():
    # By hand: (1, 0) and (-1, 1) overlap by -1 and become (.5, .5) and (0, 1),
    # which sum to (.5, 1.5) = 2 (1, 0) + 1.5 (-1, 1).
    np.testing.assert_allclose(weights_of(PCGrad(), [[1.0, -1.0], [-1.0, 2.0]]), [2.0, 1.5], rtol=1e-6)


def test_without_a_conflict_it_is_the_plain_sum_exactly():
    gram = gram_of(draw("agreeing", 4))
    np.testing.assert_array_equal(weights_of(PCGrad(), gram), np.ones((100, 4)))
    np.testing.assert_array_equal(weights_of(FIRST, gram, declared=mixed_roles(4)), np.ones((100, 4)))


@pytest.mark.parametrize("factor", [1.0, 0.01, 30.0])
def test_of_opposite_gradients_nothing_is_left(factor):
    rows = np.array([[[0.6, -0.8], [-0.6 * factor, 0.8 * factor]]])
    np.testing.assert_allclose(sums(PCGrad(), rows), [[0.0, 0.0]], atol=1e-6 * factor + 1e-7)


@kinds
def test_two_tasks_follow_the_closed_form_and_neither_loses(kind):
    rows = draw(kind, 2)
    gram = gram_of(rows)
    overlap = np.minimum(gram[:, 0, 1], 0.0)
    squares = np.einsum("ntt->nt", gram)
    expected = 1 - np.divide(overlap[:, None], squares, out=np.zeros_like(squares), where=squares > 0)
    np.testing.assert_allclose(weights_of(PCGrad(), gram), expected, rtol=1e-5)
    gains = np.einsum("np,ntp->nt", sums(PCGrad(), rows), rows)
    assert (gains >= -1e-6 * squares.max(axis=1, keepdims=True)).all()


def test_two_tasks_get_what_upgrad_gives_their_sum():
    gram = gram_of(draw("full", 2))
    np.testing.assert_allclose(weights_of(PCGrad(), gram), weights_of(UPGrad(reduction=Reduction.SUM), gram), rtol=1e-5)


def runs(num_tasks, num_steps, seed):
    gram = gram_of(draw("stationary", num_tasks, num=1))
    return GramRunner(PCGrad(seed=seed), losses_named(*names_of(num_tasks)), jit=False).run([gram] * num_steps)[:, 0]


@pytest.mark.slow
def test_the_seed_picks_the_orders():
    np.testing.assert_array_equal(runs(4, 5, seed=1), runs(4, 5, seed=1))
    assert (runs(4, 5, seed=1) != runs(4, 5, seed=2)).any()


def test_the_order_counts_from_three_tasks_on():
    assert (np.ptp(runs(2, 8, seed=0), axis=0) == 0).all()
    assert (np.ptp(runs(3, 8, seed=0), axis=0) > 0.01).any()


@pytest.mark.slow
def test_over_steps_it_is_the_mean_over_all_orders():
    rows = draw("stationary", 3, num=1)[0]
    others = [list(itertools.permutations([met for met in range(3) if met != place])) for place in range(3)]
    expected = np.mean([surgery(rows, orders).sum(axis=0) for orders in itertools.product(*others)], axis=0)
    found = runs(3, 2000, seed=0) @ rows
    error = found.std(axis=0) / np.sqrt(len(found))
    np.testing.assert_allclose(found.mean(axis=0), expected, atol=4 * error.max())
    assert error.max() < 0.02 * np.abs(rows).max()


def test_a_zero_gradient_conflicts_with_nothing():
    rows = draw("full", 3, num=20)
    with_zero = np.concatenate([rows, np.zeros((20, 1, rows.shape[2]))], axis=1)
    expected = [surgery(one, [order[order < 3] for order in orders_at(0, 4)[:3]]).sum(axis=0) for one in rows]
    np.testing.assert_allclose(sums(PCGrad(), with_zero), expected, atol=1e-5)


@kinds
@pytest.mark.parametrize("roles", ["ma", "maa", "mma", "mmaaa", "mmmma"])
def test_main_first_projects_each_auxiliary_gradient_on_what_opposes_no_main_one(kind, roles):
    declared = roles_of(*(Role.MAIN if role == "m" else Role.AUXILIARY for role in roles))
    rows = draw(kind, len(roles), num=20)
    num_main = roles.count("m")
    found = sums(FIRST, rows, declared)
    for one, total in zip(rows, found, strict=True):
        main, auxiliary = one[:num_main], one[num_main:]
        order = [order[order < num_main] for order in orders_at(0, len(roles))[:num_main]]
        expected = surgery(main, order).sum(axis=0)
        for gradient in auxiliary:  # The nearest: least |gradient + sum of v m| with v >= 0.
            added, _ = scipy.optimize.nnls(main.T, -gradient)
            changed = gradient + added @ main
            assert (main @ changed >= -1e-9 * (1 + np.abs(one).max() ** 2)).all()
            expected = expected + changed
        # Opposed main gradients are told from almost opposed ones to the ridge, 1e-6.
        np.testing.assert_allclose(total, expected, atol=2e-4 * np.abs(one).max())


def test_main_first_keeps_every_auxiliary_gradient_from_opposing_a_main_one():
    rows = np.concatenate([draw("full", 4), draw("stationary", 4), draw("opposed", 4)])
    declared = roles_of(Role.MAIN, Role.MAIN, Role.MAIN, Role.AUXILIARY)
    without = rows.copy()
    without[:, 3] = 0.0
    changed = sums(FIRST, rows, declared) - sums(FIRST, without, declared)
    overlaps = np.einsum("np,ntp->nt", changed, rows[:, :3])
    lengths = np.linalg.norm(rows[:, :3], axis=2) * np.linalg.norm(rows[:, 3:], axis=2)
    assert (overlaps >= -1e-6 * lengths).all()
    assert (np.einsum("np,ntp->nt", rows[:, 3], rows[:, :3]) < -0.1 * lengths).any()  # As they were, they did.


def test_main_first_projecting_one_by_one_would_not_do():
    # Off (1, 0) and then off (-0.6, 0.8), the auxiliary (-1, -1) would become (-0.48, -0.36), which opposes the first.
    main, auxiliary = np.array([[1.0, 0.0], [-0.6, 0.8]]), np.array([-1.0, -1.0])
    rows = np.array([[*main, auxiliary]])
    declared = roles_of(Role.MAIN, Role.MAIN, Role.AUXILIARY)
    assert surgery(np.array([auxiliary, *main]), [[1, 2], [], []])[0] @ main[0] < -0.1
    plain = surgery(main, [[1], [0]]).sum(axis=0)
    np.testing.assert_allclose(sums(FIRST, rows, declared)[0], plain, atol=1e-5)  # Of (-1, -1), nothing is left.


def test_main_first_hides_auxiliary_gradients_from_main_ones():
    rows = draw("full", 4)
    declared = roles_of(Role.MAIN, Role.MAIN, Role.AUXILIARY, Role.AUXILIARY)
    others = rows.copy()
    others[:, 2:] = 0.0
    weights = weights_of(FIRST, gram_of(others), declared=declared)[:, :2]
    np.testing.assert_allclose(weights, weights_of(PCGrad(), gram_of(rows[:, :2])), rtol=1e-5)


def test_main_first_is_plain_surgery_where_no_task_is_auxiliary():
    gram = gram_of(draw("full", 4))
    np.testing.assert_array_equal(weights_of(FIRST, gram), weights_of(PCGrad(), gram))
    assert FIRST.warnings(losses_named("a", "b")) == ["`roles: main_first` changes nothing, as no task is auxiliary."]
    assert FIRST.warnings(mixed_roles(2)) == []
    assert PCGrad().warnings(losses_named("a", "b")) == []


def test_groups_meet_in_one_order():
    gram = gram_of(draw("stationary", 4, num=1))
    weights = weights_of(PCGrad(), np.concatenate([gram, gram]))
    np.testing.assert_array_equal(weights[0], weights[1])


def test_gradvac_with_all_targets_0_is_the_same():
    gram = gram_of(draw("full", 4))
    balancer = GradVac(seed=4)
    seen = seen_of(gram=gram, step=6)
    vaccinated = balancer.balance(seen, balancer.build(seen.declared, len(gram)))
    np.testing.assert_allclose(vaccinated, PCGrad(seed=4).balance(seen, {}), rtol=1e-6)
