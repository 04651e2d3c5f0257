"""What every method that weighs losses keeps to; those that weigh gradients have a suite of their own."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.balancers import (
    BALANCERS,
    DWA,
    FAMO,
    IMTLL,
    STCH,
    After,
    Descent,
    Geometric,
    GramBalancer,
    Random,
    Schedule,
    Static,
    Uncertainty,
)
from models.binding import bind_or_raise, unbind
from tests.models.balancers.runs import Runner, names_of

SAMPLES = (
    Static(),
    Uncertainty(learning_rate=0.1),
    Uncertainty(learning_rate=0.5, cap=0.7, floor=0.01),
    DWA(window=1),
    DWA(window=3, temperature=0.1),
    Random(seed=3),
    Geometric(),
    FAMO(),
    FAMO(after=After.NEXT_BATCH),
    FAMO(descent=Descent.SGD, decay=0.1),
    FAMO(after=After.NEXT_BATCH, descent=Descent.SGD),
    IMTLL(learning_rate=0.1, cap=10.0),
    Schedule(period=2, initial={"task_0": 0.0, "task_1": 2.0}, ratio={"task_0": 0.5, "task_2": 1.1}),
    STCH(mu=0.1, preferences={"task_1": 3.0}, reference={"task_2": 0.4}),
)
NUM_STEPS, NUM_TASKS = 12, 4
NAMES = names_of(NUM_TASKS)
DRAWS = np.random.default_rng(0)
LOSSES = DRAWS.lognormal(size=(NUM_STEPS + 1, NUM_TASKS)).astype(np.float32)
ACTIVE = DRAWS.random((NUM_STEPS + 1, NUM_TASKS)) < 0.8

each = pytest.mark.parametrize("balancer", SAMPLES, ids=repr)
sizes = st.one_of(st.just(0.0), st.floats(-30, 30).map(lambda power: 10.0**power))
rows = st.integers(1, 5).flatmap(
    lambda num_tasks: st.lists(
        st.lists(st.tuples(sizes, st.booleans()), min_size=num_tasks, max_size=num_tasks), min_size=5, max_size=5
    )
)


def test_samples_cover_the_catalogue_and_keys_are_methods():
    of_losses = {kind for kind in BALANCERS.values() if not issubclass(kind, GramBalancer)}
    assert {type(sample) for sample in SAMPLES} == of_losses
    assert all(BALANCERS[sample.method] is type(sample) for sample in SAMPLES)


@each
def test_a_declaration_survives_being_written_and_read(balancer):
    assert bind_or_raise(type(balancer), unbind(balancer)) == balancer


@pytest.mark.slow
@each
@settings(deadline=None, max_examples=30)  # The first call builds kernels.
@given(rows=rows)
def test_weights_are_finite_one_a_task_not_negative_and_0_for_an_absent_one(balancer, rows):
    losses, active = np.array(rows)[..., 0], np.array(rows)[..., 1].astype(bool)
    weights = Runner(balancer, names_of(losses.shape[1])).run(losses, active)
    assert weights.shape == (4, losses.shape[1])
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()
    assert (weights[~active[:-1]] == 0).all()


@each
def test_weights_follow_their_losses_when_these_change_places(balancer):
    order = [2, 0, 3, 1]
    weights = Runner(balancer, NAMES).run(LOSSES, ACTIVE)
    moved = Runner(balancer, [NAMES[place] for place in order]).run(LOSSES[:, order], ACTIVE[:, order])
    np.testing.assert_allclose(moved, weights[:, order], rtol=1e-5)


@each
def test_an_absent_task_is_no_part_of_the_problem(balancer):
    active = ACTIVE.copy()
    active[:, 1] = False
    rest = [0, 2, 3]
    weights = Runner(balancer, NAMES).run(LOSSES, active)
    alone = Runner(balancer, [NAMES[place] for place in rest]).run(LOSSES[:, rest], active[:, rest])
    np.testing.assert_allclose(weights[:, rest], alone, rtol=1e-5)


@each
def test_a_graph_is_traced_once_and_gives_what_eager_steps_give(balancer):
    runner = Runner(balancer, NAMES, jit=False)
    weights = runner.run(LOSSES, ACTIVE)
    assert runner.step.experimental_get_tracing_count() == 1
    np.testing.assert_allclose(weights, Runner(balancer, NAMES).run(LOSSES, ACTIVE), rtol=1e-5)


@pytest.mark.slow
@each
def test_xla_gives_what_a_plain_graph_gives(balancer):
    runner = Runner(balancer, NAMES, jit=True)
    weights = runner.run(LOSSES, ACTIVE)
    assert runner.step.experimental_get_tracing_count() == 1
    if isinstance(balancer, Random):  # XLA draws other numbers.
        np.testing.assert_allclose(weights.sum(axis=1), ACTIVE[:-1].sum(axis=1), rtol=1e-5)
    else:
        np.testing.assert_allclose(weights, Runner(balancer, NAMES).run(LOSSES, ACTIVE), rtol=1e-5)


@each
def test_a_run_resumed_from_a_checkpoint_goes_on_bit_by_bit(balancer, tmp_path):
    half = NUM_STEPS // 2
    whole = Runner(balancer, NAMES)
    weights = whole.run(LOSSES, ACTIVE)
    first, second = Runner(balancer, NAMES), Runner(balancer, NAMES)
    first.run(LOSSES[: half + 1], ACTIVE[: half + 1])
    path = tf.train.Checkpoint(**first.memory).write(str(tmp_path / "kept"))
    tf.train.Checkpoint(**second.memory).read(path).assert_consumed()
    np.testing.assert_array_equal(second.run(LOSSES[half:], ACTIVE[half:], start=half), weights[half:])
    for name, variable in whole.memory.items():
        np.testing.assert_array_equal(variable, second.memory[name])


@each
def test_a_step_that_is_not_finite_leaves_no_trace(balancer):
    runner = Runner(balancer, NAMES)
    runner.run(LOSSES[:3])
    before = {name: variable.numpy() for name, variable in runner.memory.items()}
    runner.run([[1.0, np.inf, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    runner.run([[1.0, np.nan, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    if balancer.needs_losses_after:
        runner.run([[1.0, 1.0, 1.0, 1.0], [1.0, np.nan, 1.0, 1.0]])
    for name, variable in runner.memory.items():
        np.testing.assert_array_equal(variable, before[name])


@each
def test_memory_is_not_trained(balancer):
    assert not any(variable.trainable for variable in Runner(balancer, NAMES).memory.values())
