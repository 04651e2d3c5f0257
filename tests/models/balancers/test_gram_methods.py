"""What every method that weighs gradients keeps to."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

from models.balancers import (
    BALANCERS,
    IMTLG,
    MGDA,
    PELTR,
    AlignedMTL,
    CAGrad,
    DualProj,
    FairGrad,
    GradNorm,
    GradVac,
    GramBalancer,
    MetaBalance,
    NashMTL,
    Normalize,
    PCGrad,
    Personal,
    Reduction,
    Rescale,
    Roles,
    Scope,
    Segments,
    SolveMode,
    Strategy,
    UPGrad,
)
from models.binding import bind_or_raise, unbind
from tests.models.balancers.gradients import gram_of
from tests.models.balancers.grams import GramRunner, degenerate, gram_matrices, mixed_roles

SAMPLES = (
    PCGrad(seed=3),
    PCGrad(seed=-1, roles=Roles.MAIN_FIRST),
    GradVac(beta=0.3),
    GradNorm(learning_rate=0.2, initial_steps=2),
    MetaBalance(),
    MetaBalance(relax=1.0, strategy=Strategy.REDUCE),
    MetaBalance(beta=0.0, strategy=Strategy.ENLARGE),
    IMTLG(),
    AlignedMTL(),
    AlignedMTL(preference={"task_2": 3.0}),
    NashMTL(),
    NashMTL(max_norm=0.5),
    FairGrad(),
    FairGrad(alpha=0.5),
    FairGrad(alpha=10.0),
    MGDA(),
    MGDA(normalize=Normalize.L2),
    MGDA(normalize=Normalize.LOSS),
    MGDA(normalize=Normalize.LOSS_PLUS),
    PELTR(),
    PELTR(bounds={"task_0": 0.1, "task_2": 0.3}),
    PELTR(bounds={"task_0": 0.1, "task_2": 0.3}, mode=SolveMode.TWO_STEP),
    CAGrad(),
    CAGrad(c=0.3, rescale=Rescale.NONE),
    UPGrad(),
    UPGrad(preference={"task_2": 2.0}, reduction=Reduction.SUM),
    DualProj(),
    DualProj(preference={"task_2": 2.0}, reduction=Reduction.SUM),
    Personal(features=("user",), segments=Segments(feature="user"), scope=Scope.REPRESENTATION, bounds={"task_0": 0.2}),
)
IN_UNITS_OF_GRADIENTS = (NashMTL(max_norm=0.5),)
NUM_STEPS, NUM_GROUPS, NUM_TASKS = 6, 2, 4
DECLARED = mixed_roles(NUM_TASKS)
DRAWS = np.random.default_rng(0)
ROWS = DRAWS.standard_normal((NUM_STEPS, NUM_GROUPS, NUM_TASKS, 6)) * DRAWS.lognormal(size=(NUM_TASKS, 1))
GRAMS = gram_of(ROWS)
LOSSES = DRAWS.lognormal(size=(NUM_STEPS, NUM_TASKS))
ACTIVE = DRAWS.random((NUM_STEPS, NUM_TASKS)) < 0.8

each = pytest.mark.parametrize("balancer", SAMPLES, ids=repr)


TRACED = {}


def runner_of(balancer, declared=DECLARED, *, num_groups=NUM_GROUPS, jit=False):
    """One that remembers nothing; its graph is traced but once for all tests."""
    key = (repr(balancer), tuple(declared), num_groups, jit)
    if key not in TRACED:
        TRACED[key] = GramRunner(balancer, declared, num_groups=num_groups, jit=jit)
    return TRACED[key].forget()


def test_samples_cover_the_catalogue_and_keys_are_methods():
    of_gradients = {kind for kind in BALANCERS.values() if issubclass(kind, GramBalancer)}
    assert {type(sample) for sample in SAMPLES} == of_gradients
    assert all(BALANCERS[sample.method] is type(sample) for sample in SAMPLES)


@each
def test_a_declaration_survives_being_written_and_read(balancer):
    assert bind_or_raise(type(balancer), unbind(balancer)) == balancer


@pytest.mark.slow
@each
@pytest.mark.parametrize("num_tasks", [1, 2, 3, 4, 8])
def test_weights_are_finite_whatever_the_matrices(balancer, num_tasks):
    grams = degenerate(num_tasks)
    masks = np.array([[True] * num_tasks, *~np.eye(num_tasks, dtype=bool), [False] * num_tasks])
    runner = runner_of(balancer, mixed_roles(num_tasks), num_groups=len(grams))
    losses = np.random.default_rng(0).lognormal(size=masks.shape)
    weights = runner.run(np.broadcast_to(grams, (len(masks), *grams.shape)), losses, masks)
    assert weights.shape == (len(masks), len(grams), num_tasks)
    assert np.isfinite(weights).all()
    assert (np.moveaxis(weights, 1, 2)[~masks] == 0).all()
    assert all(np.isfinite(variable).all() for variable in runner.memory.values())


@pytest.mark.slow
@each
@settings(deadline=None, max_examples=20)  # The first call builds kernels.
@given(gram=gram_matrices())
def test_weights_are_finite_for_gradients_in_few_directions(balancer, gram):
    weights = GramRunner(balancer, mixed_roles(len(gram))).run(gram[None, None])
    assert weights.shape == (1, 1, len(gram))
    assert np.isfinite(weights).all()


@pytest.mark.slow
@each
def test_weights_follow_their_tasks_when_these_change_places(balancer):
    order = [2, 0, 3, 1]
    weights = runner_of(balancer).run(GRAMS, LOSSES, ACTIVE)
    moved = runner_of(balancer, [DECLARED[place] for place in order]).run(
        GRAMS[..., order, :][..., order], LOSSES[:, order], ACTIVE[:, order]
    )
    np.testing.assert_allclose(moved, weights[..., order], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@each
@pytest.mark.parametrize("absent", [0, 1])
def test_an_absent_task_is_no_part_of_the_problem(balancer, absent):
    active = ACTIVE.copy()
    active[:, absent] = False
    rest = [place for place in range(NUM_TASKS) if place != absent]
    weights = runner_of(balancer).run(GRAMS, LOSSES, active)  # Its gradients are there, as rounding would be.
    alone = runner_of(balancer, [DECLARED[place] for place in rest]).run(
        GRAMS[..., rest, :][..., rest], LOSSES[:, rest], active[:, rest]
    )
    np.testing.assert_allclose(weights[..., rest], alone, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@each
@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_the_unit_of_the_gradients_does_not_count(balancer, scale):
    if balancer in IN_UNITS_OF_GRADIENTS:
        weights, scaled = (runner_of(balancer).run(GRAMS[:1] * factor) for factor in (1.0, scale))
        assert not np.allclose(weights, scaled)
        return
    weights = runner_of(balancer).run(GRAMS, LOSSES, ACTIVE)
    scaled = runner_of(balancer).run(GRAMS * scale, LOSSES, ACTIVE)
    np.testing.assert_allclose(scaled, weights, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@each
def test_groups_are_weighed_each_by_itself(balancer):
    if balancer in IN_UNITS_OF_GRADIENTS:
        balancer = dataclasses.replace(balancer, max_norm=1e9)  # A limit on all groups together.
    together = runner_of(balancer).run(GRAMS, LOSSES, ACTIVE)
    for group in range(NUM_GROUPS):
        alone = runner_of(balancer, num_groups=1).run(GRAMS[:, group : group + 1], LOSSES, ACTIVE)
        np.testing.assert_allclose(alone[:, 0], together[:, group], rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@each
def test_a_graph_is_traced_once_and_gives_what_eager_steps_give(balancer):
    runner = runner_of(balancer)
    weights = runner.run(GRAMS, LOSSES, ACTIVE)
    assert runner.step.experimental_get_tracing_count() == 1
    eager = runner_of(balancer, jit=None).run(GRAMS, LOSSES, ACTIVE)
    np.testing.assert_allclose(weights, eager, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@each
def test_xla_gives_what_a_plain_graph_gives(balancer):
    runner = runner_of(balancer, jit=True)
    weights = runner.run(GRAMS, LOSSES, ACTIVE)
    assert runner.step.experimental_get_tracing_count() == 1
    plain = runner_of(balancer).run(GRAMS, LOSSES, ACTIVE)
    np.testing.assert_allclose(weights, plain, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@each
def test_a_run_resumed_from_a_checkpoint_goes_on_bit_by_bit(balancer, tmp_path):
    half = NUM_STEPS // 2
    runner = runner_of(balancer)
    weights = runner.run(GRAMS, LOSSES, ACTIVE)
    whole = {name: variable.numpy() for name, variable in runner.memory.items()}
    runner.forget().run(GRAMS[:half], LOSSES[:half], ACTIVE[:half])
    path = tf.train.Checkpoint(**runner.memory).write(str(tmp_path / "kept"))
    resumed = GramRunner(balancer, DECLARED, num_groups=NUM_GROUPS, jit=False)
    tf.train.Checkpoint(**resumed.memory).read(path).assert_consumed()
    rest = resumed.run(GRAMS[half:], LOSSES[half:], ACTIVE[half:], start=half)
    np.testing.assert_array_equal(rest, weights[half:])
    for name, variable in resumed.memory.items():
        np.testing.assert_array_equal(variable, whole[name])


@pytest.mark.slow
@each
@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_a_step_that_is_not_finite_leaves_no_trace(balancer, wrong):
    runner = runner_of(balancer)
    runner.run(GRAMS[:3], LOSSES[:3])
    before = {name: variable.numpy() for name, variable in runner.memory.items()}
    grams = GRAMS[:1].copy()
    grams[0, 1, 2] = wrong
    assert np.isfinite(runner.run(grams, LOSSES[:1])).all()
    for name, variable in runner.memory.items():
        np.testing.assert_array_equal(variable, before[name])


@each
def test_memory_is_not_trained(balancer):
    assert not any(variable.trainable for variable in runner_of(balancer).memory.values())
