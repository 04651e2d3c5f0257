"""A look ahead says what a step along one loss does to the others, and leaves no trace."""

import numpy as np
import pytest
import tensorflow as tf

from components.affinity.lookahead import Lookahead
from models.architectures import PLE, Routing, SharedBottom, SingleTask
from models.heads import Binary
from models.losses.terms import loss_terms
from models.tasks import Task, TaskGraph
from tests.components.affinity.conftest import NAMES
from tests.models.samples import FUNNEL, funnel_targets

pytestmark = pytest.mark.slow

ONE, TWIN, OPPOSITE = (NAMES.index(name) for name in ("one", "twin", "opposite"))


def test_it_is_the_formula_by_hand(model_of, batch):
    model, (features, targets) = model_of(), batch()
    found = Lookahead(model)(features, targets).numpy()
    shared = [one for one in model.trainable_variables if "towers/" not in one.name]
    rates = [0.05 if "table_" in one.name else 0.01 for one in shared]

    def losses():
        sums, counts = loss_terms(model.tasks, model.logits(features, training=False), targets)
        return sums / counts

    before = losses().numpy()
    for number in range(len(NAMES)):
        with tf.GradientTape() as tape:
            loss = losses()[number]
        gradients = [tf.convert_to_tensor(one) for one in tape.gradient(loss, shared)]
        kept = [one.numpy() for one in shared]
        for variable, gradient, rate in zip(shared, gradients, rates, strict=True):
            variable.assign_sub(rate * gradient)
        after = losses().numpy()
        for variable, value in zip(shared, kept, strict=True):
            variable.assign(value)
        np.testing.assert_allclose(found[number], 1 - after / before, atol=5e-7)  # What float32 rounds of the sums.
    assert np.abs(found).max() > 1e-5


def test_a_twin_gets_what_the_task_itself_gets_and_an_opposite_one_loses_it(model_of, batch):
    found = Lookahead(model_of())(*batch()).numpy()
    assert found[ONE, ONE] > 0
    np.testing.assert_allclose(found[ONE, TWIN], found[ONE, ONE], rtol=1e-6)
    assert found[ONE, OPPOSITE] < 0
    assert found[OPPOSITE, ONE] < 0


@pytest.mark.parametrize(
    "architecture",
    [
        SharedBottom(expert=(6,)),
        SingleTask(expert=(6,)),
        PLE(num_levels=2, num_shared=1, num_specific=1, expert=(6,)),
        Routing(num_blocks=2, expert=(6,)),
    ],
    ids=lambda one: one.name,
)
def test_every_weight_slot_and_count_is_as_it_was(model_of, batch, architecture):
    model = model_of(architecture, dropout=0.5)
    model.train_step(batch(seed=1))
    memory = [*model.variables, *model.optimizer.variables]
    before = [one.numpy().tobytes() for one in memory]
    look = Lookahead(model)
    assert np.isfinite(look(*batch())).all()
    look(*batch(rows=64, seed=2))
    assert [one.name for one, kept in zip(memory, before, strict=True) if one.numpy().tobytes() != kept] == []


def test_training_goes_on_as_if_nobody_had_looked(model_of, batch):
    looked_at, plain = (model_of(dropout=0.5) for _ in range(2))
    look = Lookahead(looked_at)
    for seed in range(3):
        look(*batch(seed=seed))
        looked_at.train_step(batch(seed=seed))
        plain.train_step(batch(seed=seed))
    for one, other in zip(looked_at.variables, plain.variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_task_of_its_own_network_is_reached_by_the_tables_alone(model_of, batch):
    features, targets = batch()
    model = model_of(SingleTask(expert=(6,)))
    tables = [one for one in model.trainable_variables if "table_" in one.name]
    found = Lookahead(model)(features, targets).numpy()
    with tf.GradientTape() as tape:
        sums, counts = loss_terms(model.tasks, model.logits(features, training=False), targets)
        loss = sums[ONE] / counts[ONE]
    # To first order the fall is the learning rate times the squared gradient by what is moved.
    squares = sum(tf.reduce_sum(tf.convert_to_tensor(one) ** 2) for one in tape.gradient(loss, tables))
    np.testing.assert_allclose(found[ONE, ONE], 0.05 * squares / loss, rtol=0.02)


def test_a_loss_that_the_batch_does_not_know_has_no_affinity(model_of, batch):
    features, targets = batch()
    targets["known/twin"] = tf.zeros(256)
    found = Lookahead(model_of())(features, targets).numpy()
    assert np.isnan(found[TWIN]).all()
    assert np.isnan(found[:, TWIN]).all()
    assert np.isfinite(np.delete(np.delete(found, TWIN, 0), TWIN, 1)).all()


def test_products_and_regressions_take_part(model_of, batch):
    found = Lookahead(model_of(tasks=FUNNEL))(batch()[0], funnel_targets(256)).numpy()
    assert found.shape == (3, 3)
    assert (np.diag(found) > 0).all()


def test_one_loss_alone_has_nothing_to_be_compared_with(model_of, batch):
    tasks = TaskGraph((Task(name="one", kind=Binary(), label="one"),))
    with pytest.raises(ValueError, match=r"^`tasks` must hold two losses or more that reach a common parameter, got"):
        Lookahead(model_of(tasks=tasks))(*batch())
