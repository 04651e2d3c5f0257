import numpy as np
import pytest

from models.balancers import MetaBalance, Scope, Strategy
from models.binding import Problem
from models.errors import ConfigError
from models.tasks import Role
from tests.models.balancers.grams import GramRunner
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named

MAIN, AUXILIARY = Role.MAIN, Role.AUXILIARY
APART = (MAIN, AUXILIARY, AUXILIARY)


def balanced(norms, roles=APART, *, active=None, num_groups=1, **settings):
    """`[steps, groups, tasks]` weights of `[steps, tasks]` norms, the groups' alike but for a factor."""
    declared = losses_named(*names_of(len(roles)), roles=list(roles))
    grams = np.array([[np.diag(np.square(row)) * 100.0**group for group in range(num_groups)] for row in norms])
    return GramRunner(MetaBalance(**settings), declared, num_groups=num_groups, jit=False).run(grams, active=active)


def oracle(norms, *, relax, beta):
    """The paper's moving averages, from 0, and the weights of all but the first, the main task."""
    means, found = np.zeros(norms.shape[1]), []
    for row in norms:
        means = beta * means + (1 - beta) * row
        found.append(relax * means[0] / means + 1 - relax)
    return np.array(found)


def test_it_is_the_paper_on_norms_of_changing_scale():
    draws = np.random.default_rng(0)
    norms = draws.lognormal(size=(30, 3)) * 10.0 ** draws.uniform(-3, 3, (30, 1))
    weights = balanced(norms, relax=0.6, beta=0.8)[:, 0]
    np.testing.assert_allclose(weights, oracle(norms, relax=0.6, beta=0.8), rtol=1e-4)


def test_at_relax_1_without_a_past_magnitudes_become_the_main_ones():
    norms = np.array([[2.0, 50.0, 0.1], [3.0, 0.5, 7.0]])
    weights = balanced(norms, relax=1.0, beta=0.0)[:, 0]
    np.testing.assert_allclose(weights * norms, norms[:, :1] * np.ones(3), rtol=1e-5)


def test_at_relax_0_nothing_changes():
    np.testing.assert_array_equal(balanced([[2.0, 50.0, 0.1]], relax=0.0), [[[1.0, 1.0, 1.0]]])


@pytest.mark.parametrize(
    ("strategy", "weights"),
    # By hand, r = 0.5: 0.5 * 2 / 8 + 0.5 = 0.625 and 0.5 * 2 / 0.5 + 0.5 = 2.5.
    [(Strategy.REDUCE, [1, 0.625, 1]), (Strategy.ENLARGE, [1, 1, 2.5]), (Strategy.BOTH, [1, 0.625, 2.5])],
)
def test_strategies(strategy, weights):
    np.testing.assert_allclose(balanced([[2.0, 8.0, 0.5]], relax=0.5, strategy=strategy)[0, 0], weights, rtol=1e-6)


def test_of_several_main_tasks_the_mean_norm_counts():
    weights = balanced([[1.0, 8.0, 5.0]], (MAIN, AUXILIARY, MAIN), relax=1.0)[0, 0]
    np.testing.assert_allclose(weights, [1.0, 3 / 8, 1.0], rtol=1e-6)


def test_a_task_missing_from_some_batches_compares_fairly():
    norms = np.full((6, 3), [2.0, 4.0, 4.0])
    active = np.ones((6, 3), bool)
    active[1:5, 2] = False
    weights = balanced(norms, active=active, relax=1.0)[:, 0]
    np.testing.assert_allclose(weights[-1], [1.0, 0.5, 0.5], rtol=1e-6)


def test_without_a_main_task_in_the_batch_what_is_known_of_it_holds():
    norms = [[2.0, 8.0, 0.5], [9.0, 8.0, 0.5]]
    weights = balanced(norms, active=[[True] * 3, [False, True, True]], relax=1.0)[:, 0]
    np.testing.assert_allclose(weights[1], [0.0, 0.25, 4.0], rtol=1e-6)


def test_before_a_main_task_was_seen_nothing_changes():
    np.testing.assert_array_equal(balanced([[2.0, 8.0, 0.5]], active=[[False, True, True]])[0, 0], [0.0, 1.0, 1.0])


def test_a_step_without_gradient_does_not_count():
    weights = balanced([[2.0, 8.0, 0.5], [2.0, 0.0, 0.5], [2.0, 8.0, 0.5]], relax=1.0)[:, 0]
    np.testing.assert_allclose(weights, np.tile([1.0, 0.25, 4.0], (3, 1)), rtol=1e-6)


def test_a_gradient_that_nearly_vanished_has_a_finite_weight():
    runner = GramRunner(MetaBalance(), losses_named(*names_of(2), roles=[MAIN, AUXILIARY]))
    runner.memory["norms"].assign([[1e25, 1e-25]])
    runner.memory["counted"].assign([[1.0, 1.0]])
    weights = runner.run(np.zeros((1, 1, 2, 2)))[0, 0]
    assert np.isfinite(weights).all()
    assert weights[1] > 1e29


def test_groups_are_balanced_each_by_itself():
    weights = balanced([[2.0, 8.0, 0.5]], num_groups=2)
    np.testing.assert_allclose(weights[:, 0], weights[:, 1], rtol=1e-6)
    assert MetaBalance().scope is Scope.GROUP


@pytest.mark.parametrize(("roles", "missing"), [((MAIN, MAIN), "auxiliary"), ((AUXILIARY,), "main")])
def test_a_graph_without_both_roles_is_refused(roles, missing):
    message = (
        f"`method` must not be metabalance where no task is {missing}: declare `role: {missing}` for a task, or take "
        "another method."
    )
    losses = losses_named(*names_of(len(roles)), roles=list(roles))
    assert MetaBalance().problems(losses) == [Problem(("method",), message)]
    assert MetaBalance().problems(losses_named("a", "b", roles=[MAIN, AUXILIARY])) == []


def test_settings_that_cannot_be_are_refused_together():
    with pytest.raises(ConfigError, match=r"`relax` must be in \[0, 1\], got 1\.5\. `beta` must be in \[0, 1\), got 1"):
        MetaBalance(relax=1.5, beta=1.0)
