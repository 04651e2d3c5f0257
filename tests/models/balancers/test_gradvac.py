import numpy as np
import pytest
import tensorflow as tf

from models.balancers import GradVac, PCGrad
from models.balancers.visiting import visiting_order
from models.errors import ConfigError
from tests.models.balancers.gradients import draw, gram_of
from tests.models.balancers.grams import GramRunner, degenerate
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named

NUM_STEPS, NUM_TASKS = 8, 4


def vaccinated(rows, targets, orders, *, beta):
    """The changed gradients and the next targets, from the gradients themselves."""
    changed, targets = rows.copy(), targets.copy()
    for place, order in enumerate(orders):
        for met in order:
            lengths = np.linalg.norm(changed[place]), np.linalg.norm(rows[met])
            if met == place or min(lengths) < 1e-7:
                continue
            cosine, target = changed[place] @ rows[met] / np.prod(lengths), targets[place, met]
            if cosine < target:
                lift = target * np.sqrt(1 - cosine**2) - cosine * np.sqrt(1 - target**2)
                changed[place] = changed[place] + lengths[0] * lift / (lengths[1] * np.sqrt(1 - target**2)) * rows[met]
            targets[place, met] = (1 - beta) * target + beta * cosine
    return changed, targets


def runner_of(balancer, num_tasks=NUM_TASKS, *, num_groups=1):
    return GramRunner(balancer, losses_named(*names_of(num_tasks)), num_groups=num_groups, jit=False)


@pytest.mark.parametrize("kind", ["full", "unlike", "zero", "agreeing"])  # Of others, cosines of 1 are rounding's.
@pytest.mark.parametrize("num_tasks", [2, 3, 4])
def test_it_is_the_vaccine_of_the_paper_on_the_gradients_themselves(kind, num_tasks):
    beta, rows = 0.4, draw(kind, num_tasks, num=NUM_STEPS)
    runner = runner_of(GradVac(beta=beta, seed=2), num_tasks)
    weights = runner.run(gram_of(rows)[:, None])[:, 0]
    targets = np.zeros((num_tasks, num_tasks))
    for step in range(NUM_STEPS):
        orders = visiting_order(2, tf.constant(step, tf.int64), runner.declared).numpy()
        changed, targets = vaccinated(rows[step], targets, orders, beta=beta)
        longest = np.abs(changed).max()
        np.testing.assert_allclose(weights[step] @ rows[step], changed.sum(axis=0), atol=1e-3 * longest)
    np.testing.assert_allclose(runner.memory["targets"][0], targets, atol=1e-3)


@pytest.mark.parametrize("target", [0.3, 0.8, -0.2])
@pytest.mark.parametrize("second", [[-1.0, 0.2], [-5.0, 3.0], [-2.0, -0.1]])
def test_a_pair_below_its_target_is_turned_to_it_exactly(target, second):
    rows = np.array([[1.0, 0.5], second])
    cosine = rows[0] @ rows[1] / np.linalg.norm(rows[0]) / np.linalg.norm(rows[1])
    assert cosine < target
    runner = runner_of(GradVac(), 2)
    runner.memory["targets"].assign([[[0.0, target], [-1.0, 0.0]]])  # The second is content whatever the first does.
    weights = runner.run([gram_of(rows)[None]])[0, 0]
    # Only the first is turned, by a multiple of the second: its weight stays 1, the second's above 1 is that multiple.
    turned = rows[0] + (weights[1] - 1) * rows[1]
    assert weights[0] == 1.0
    np.testing.assert_allclose(turned @ rows[1] / np.linalg.norm(turned) / np.linalg.norm(rows[1]), target, atol=1e-5)


def test_a_pair_that_reaches_its_target_is_left_alone():
    runner = runner_of(GradVac(), 2)
    runner.memory["targets"].assign([[[0.0, 0.49], [0.49, 0.0]]])
    np.testing.assert_array_equal(runner.run([[[[1.0, 0.5], [0.5, 1.0]]]]), [[[1.0, 1.0]]])


def test_targets_are_running_means_of_cosines():
    runner = runner_of(GradVac(beta=0.25), 2)
    runner.run([[[[4.0, 2.0 * cosine], [2.0 * cosine, 1.0]]] for cosine in (0.8, 0.4)])
    # 0.25 * 0.8 = 0.2, then 0.75 * 0.2 + 0.25 * 0.4 = 0.25.
    np.testing.assert_allclose(runner.memory["targets"], [[[0.0, 0.25], [0.25, 0.0]]], atol=1e-7)


def test_each_group_has_targets_of_its_own():
    runner = runner_of(GradVac(beta=1.0), 2, num_groups=2)
    runner.run([[[[1.0, 0.6], [0.6, 1.0]], [[1.0, -0.6], [-0.6, 1.0]]]])
    np.testing.assert_allclose(runner.memory["targets"].numpy()[:, 0, 1], [0.6, -0.6], atol=1e-7)


def test_with_beta_0_it_is_pcgrad_for_ever():
    rows = draw("full", NUM_TASKS, num=NUM_STEPS)
    vaccine = runner_of(GradVac(beta=0.0, seed=1))
    weights = vaccine.run(gram_of(rows)[:, None])
    np.testing.assert_allclose(weights, runner_of(PCGrad(seed=1)).run(gram_of(rows)[:, None]), rtol=1e-5)
    np.testing.assert_array_equal(vaccine.memory["targets"], np.zeros((1, NUM_TASKS, NUM_TASKS)))


def test_a_pair_of_which_one_is_absent_keeps_its_target():
    runner = runner_of(GradVac(beta=0.5), 3)
    before = np.full((1, 3, 3), 0.2)
    runner.memory["targets"].assign(before)
    runner.run(gram_of(draw("full", 3, num=1))[None], active=[[True, False, True]])
    kept = runner.memory["targets"].numpy() == before
    np.testing.assert_array_equal(kept[0], [[True, True, False], [True, True, True], [False, True, True]])


@pytest.mark.parametrize("target", [1.0, -1.0])
def test_targets_at_the_ends_leave_weights_finite(target):
    grams = degenerate(3)
    runner = runner_of(GradVac(), 3, num_groups=len(grams))
    runner.memory["targets"].assign(np.full((len(grams), 3, 3), target))
    assert np.isfinite(runner.run([grams])).all()


@pytest.mark.parametrize("beta", [-0.1, 1.5])
def test_a_beta_that_is_no_share_is_refused(beta):
    with pytest.raises(ConfigError, match=rf"`beta` must be in \[0, 1\], got {beta}\."):
        GradVac(beta=beta)
