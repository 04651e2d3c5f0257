"""Training: repeatable to the bit, whatever the order of the rows and wherever it was killed."""

import dataclasses
import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.build import model_input
from components.trainer.errors import DivergedTrainingError, EvictedTrainingError
from components.trainer.record import read_record, write_record
from components.trainer.segments import SegmentColumn
from components.trainer.settings import CheckpointRule, Distribution, Precision
from components.trainer.training import train
from components.warm_start.record import WarmStartRecord
from models.architectures import MMoE, Routing, SNRTrans
from models.optimizers import SGD
from models.signals import Contrastive
from tests.components.trainer.kills import KillAt, Killed
from tests.components.trainer.test_board import scalars

pytestmark = pytest.mark.slow


@pytest.fixture
def trained(plan, split, tmp_path):
    def run(plan=plan, rows=None, judged=None, **options):
        inputs = tuple(model_input(column, {}) for column in plan.inputs)
        rows = rows or split()
        return train(plan, inputs, rows, judged or split(150, seed=1), folder=str(tmp_path / "run"), **options)

    return run


def weights(result):
    return [weight.numpy() for weight in result.model.weights]


def assert_same(first, second):
    for one, other in zip(weights(first), weights(second), strict=True):
        np.testing.assert_array_equal(one, other)


def test_losses_fall(trained, plan, with_training):
    record = trained(with_training(plan, epochs=4)).record
    losses = [interval.watched["click_loss"] for interval in record.intervals]
    assert losses[-1] < losses[0] < 0.75


def test_views_are_told_among_as_many_validation_rows_as_train_rows(trained, plan, split):
    plan = dataclasses.replace(plan, signals=(Contrastive(name="views"),))
    last = trained(plan, judged=split(seed=1)).record.intervals[-1]
    # Among all 400 rows, rather than 50, it would be log 8 = 2.1 higher.
    assert last.watched["views_loss"] == pytest.approx(last.train["views_loss"], abs=0.5)


def test_the_seed_decides_and_the_order_of_rows_does_not(trained, plan, with_training, split, tmp_path):
    order = np.random.default_rng(5).permutation(400)
    other = dataclasses.replace(plan, checkpoint_root=str(tmp_path / "other"))
    first = trained(rows=split())
    assert_same(first, trained(other, rows=split(order=order)))
    reseeded = weights(trained(with_training(plan, seed=2)))
    assert any((one != two).any() for one, two in zip(weights(first), reseeded, strict=True))


def test_gradients_are_looked_at_in_all_epochs_whichever_is_chosen(trained, wild, with_training, tmp_path):
    chosen = with_training(wild, keep=CheckpointRule.WEIGHTED_LOSS, look_every_steps=5)
    record = trained(chosen).record
    assert record.selected_epoch < 3  # Its checkpoint ends before the last looks.
    assert record.gradients.steps == (0, 5, 10, 15, 20)
    assert {tag for _, tag in scalars(tmp_path / "run" / "tensorboard" / "train")} >= {
        "gradient_cosine/click/click_and_buy",
        "gradient_norm/click",
        "gradient_conflicts",
        "loss_weight/click_and_buy",
    }
    assert trained(with_training(chosen, look_every_steps=0)).record.gradients is None


WAYS = (
    {"precision": Precision.BFLOAT16},
    {"precision": Precision.FLOAT16, "clip_norm": 0.1},
    {"distribution": Distribution.MIRRORED},
    {"compile_xla": True},
)


def test_every_way_to_compute_comes_to_about_the_same(trained, plan, with_training, split):
    inputs = [column for column in plan.inputs if column.combiner is None]
    listless = with_training(dataclasses.replace(plan, inputs=tuple(inputs)), epochs=1)
    listless = dataclasses.replace(listless, model=dataclasses.replace(plan.model, dropout=0.0))
    rows, judged = split(inputs=inputs), split(150, seed=1, inputs=inputs)
    usual = trained(listless, rows, judged).record.intervals[-1]
    found = {str(way): trained(with_training(listless, **way), rows, judged).record.intervals[-1] for way in WAYS}
    # bfloat16 keeps 8 bits of a product; eight small steps move the loss of 1.3 by about 0.01.
    losses = {way: interval.watched["loss"] for way, interval in found.items()}
    assert losses == pytest.approx(dict.fromkeys(losses, usual.watched["loss"]), abs=3e-3)
    assert {interval.step for interval in found.values()} == {usual.step} == {8}


def test_labels_that_are_never_known_or_never_positive_leave_a_finite_record(trained, split, tmp_path):
    never = np.zeros(400, np.float32)
    nothing = {"label/click": never, "known/click": never, "label/click_and_buy": never}
    judged = {name: column[:150] for name, column in nothing.items()}
    record = trained(rows=split(**nothing), judged=split(150, seed=1, **judged)).record
    write_record(str(tmp_path), record)
    assert read_record(str(tmp_path)) == record
    assert [interval.watched["click_loss"] for interval in record.intervals] == [0.0, 0.0]
    assert record.intervals[1].watched["click_and_buy_loss"] < record.intervals[0].watched["click_and_buy_loss"]
    assert "click_auc" not in record.intervals[0].watched


def test_one_row_is_enough(trained, split):
    assert len(trained(rows=split(1), judged=split(1)).record.intervals) == 2


def without_time(record):
    return [dataclasses.replace(interval, seconds=0.0) for interval in record.intervals]


def test_a_run_killed_every_seventh_step_ends_as_an_unbroken_one(trained, plan, with_training, tmp_path):
    # 16 steps, saved every third and after the eighth: resumed from 6 and, in the second epoch, from 12.
    plan = with_training(plan, look_every_steps=2)
    unbroken = trained(dataclasses.replace(plan, checkpoint_root=str(tmp_path / "other")))
    kills = 0
    while True:
        try:
            resumed = trained(plan, callbacks=[KillAt(7)])
            break
        except Killed:
            kills += 1
    assert (kills, resumed.record.resumed_from_step, unbroken.record.resumed_from_step) == (2, 12, 0)
    assert_same(resumed, unbroken)
    assert without_time(resumed.record) == without_time(unbroken.record)
    assert resumed.record.gradients == unbroken.record.gradients
    assert unbroken.record.gradients.steps == tuple(range(0, 16, 2))


def test_a_run_killed_after_an_epoch_goes_on_from_its_end(trained, plan, with_training, tmp_path):
    seldom = with_training(plan, checkpoint_every_steps=100)
    with pytest.raises(Killed):
        trained(seldom, callbacks=[KillAt(10)])
    resumed = trained(seldom)
    assert resumed.record.resumed_from_step == 8
    assert_same(resumed, trained(dataclasses.replace(seldom, checkpoint_root=str(tmp_path / "other"))))


class AskToEnd(KillAt):
    def on_train_batch_end(self, batch, logs=None):
        try:
            super().on_train_batch_end(batch, logs)
        except Killed:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("step", [5, 8], ids=["mid-epoch", "end of an epoch"])
def test_a_run_asked_to_end_loses_nothing(trained, plan, with_training, tmp_path, step):
    seldom = with_training(plan, checkpoint_every_steps=100)
    with pytest.raises(EvictedTrainingError):
        trained(seldom, callbacks=[AskToEnd(step)])
    resumed = trained(seldom)
    assert resumed.record.resumed_from_step == {5: 6, 8: 8}[step]  # A signal after a step is heard at the next one.
    assert_same(resumed, trained(dataclasses.replace(seldom, checkpoint_root=str(tmp_path / "other"))))


RULES = [rule for rule in CheckpointRule if rule is not CheckpointRule.LAST]


class Earlier:
    """Stands for what serves: gives weights of its own, after a thousand steps."""

    fingerprint = "what serves"

    def give(self, model):
        for weight in model.trainable_variables:
            weight.assign_add(tf.random.stateless_normal(weight.shape, [1, weight.shape.num_elements()], stddev=0.1))
        model.optimizer.iterations.assign(1_000)
        return WarmStartRecord(version="7", steps=1_000)


def test_a_killed_run_that_went_on_from_what_serves_does_so_to_its_end(trained, plan, with_training, tmp_path):
    looking = with_training(plan, look_every_steps=5)
    unbroken = trained(looking, beginning=Earlier())
    killed = dataclasses.replace(looking, checkpoint_root=str(tmp_path / "killed"))
    with pytest.raises(Killed):
        trained(killed, beginning=Earlier(), callbacks=[KillAt(7)])
    resumed = trained(killed, beginning=Earlier())
    assert resumed.record.resumed_from_step == 6
    assert_same(unbroken, resumed)
    assert resumed.record.warm_start == unbroken.record.warm_start == WarmStartRecord(version="7", steps=1_000)
    assert unbroken.record.gradients.steps == (0, 5, 10, 15)  # Of this training, not of the optimizer.
    assert unbroken.model.optimizer.iterations.numpy() == 1_016
    # A run with fresh weights is another one, and takes up nothing of it.
    assert trained(killed).record.resumed_from_step == 0


@pytest.fixture
def wild(plan, with_training):
    """A learning rate that only does harm: the first epoch stays the best one."""
    return with_training(plan, epochs=3, dense_optimizer=SGD(learning_rate=3.0))


def watched_loss(result, split):
    rows = split(150, seed=1).sorted(64)
    return pytest.approx(result.model.evaluate(rows, return_dict=True, verbose=0)["loss"], rel=1e-5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.value)
def test_the_epoch_that_validation_chooses_is_kept(trained, wild, with_training, split, rule):
    result = trained(with_training(wild, keep=rule, patience=1))
    losses = [interval.watched["loss"] for interval in result.record.intervals]
    best = int(np.argmin(losses))
    assert result.record.selected_epoch == best + 1 < len(losses)
    assert losses[best] == watched_loss(result, split)


def test_the_last_epoch_is_kept_however_bad_the_watched_losses(trained, wild, split):
    result = trained(dataclasses.replace(wild, watched_split="eval"))
    record = result.record
    losses = [interval.watched["loss"] for interval in record.intervals]
    assert (record.selected_epoch, record.rule, record.watched_split) == (3, "last", "eval")
    assert min(losses) < losses[-1] == watched_loss(result, split)
    assert [interval.score for interval in record.intervals] == [None] * 3


def test_what_is_only_watched_leaves_no_trace_in_the_weights(trained, plan, split, tmp_path):
    eval_only = dataclasses.replace(plan, watched_split="eval")
    other = dataclasses.replace(eval_only, checkpoint_root=str(tmp_path / "other"))
    assert_same(trained(eval_only), trained(other, judged=split(80, seed=9)))


def test_a_number_beyond_float32_stops_the_run_and_is_named(trained, split):
    price = np.zeros(400, np.float32)
    price[123] = np.inf
    named = r"The loss of `click` .*not finite at batch \d of epoch 1\. Suspect: `price` holds inf"
    with pytest.raises(DivergedTrainingError, match=named):
        trained(rows=split(price=price))


def test_the_record_counts_parameters_and_shows_gates(trained):
    result = trained()
    record = result.record
    assert record.num_embedding_parameters == 20 * 4 + 10 * 4
    assert record.num_parameters > record.num_embedding_parameters
    assert result.model.optimizer.iterations == 8 * record.selected_epoch  # A step for each batch, and none besides.
    assert record.examples_per_second > 0 < record.input_examples_per_second
    assert {gate.name.rpartition("/")[2] for gate in record.gates} == {"click", "buy"}
    for gate in record.gates:
        assert sum(gate.mean) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("architecture", "shown", "curves"),
    [
        (MMoE(num_experts=2, expert=(8,)), {"gates", "experts"}, {"gate_entropy", "gate_largest_share"}),
        (SNRTrans(num_levels=1, num_experts=2, expert=(8,)), {"connections"}, {"open_connections"}),
        (Routing(num_blocks=2, expert=(8,)), {"routes"}, {"router_entropy"}),
    ],
    ids=["mmoe", "snr_trans", "routing"],
)
def test_what_is_inside_is_recorded_every_epoch_and_in_full_at_the_end(
    trained, plan, tmp_path, architecture, shown, curves
):
    plan = dataclasses.replace(plan, model=dataclasses.replace(plan.model, architecture=architecture))
    cities = SegmentColumn(column="city", name="city", vocabulary=[f"c{number}" for number in range(19)])
    record = trained(plan, segments=[cities]).record
    write_record(str(tmp_path), record)
    assert read_record(str(tmp_path)) == record
    assert {name for name in ("gates", "experts", "connections", "routes") if getattr(record, name)} == shown
    for interval in record.intervals:
        assert {tag.partition("/")[0] for tag in interval.inside} == curves
        assert np.isfinite(list(interval.inside.values())).all()
    assert record.intervals[0].inside != record.intervals[1].inside
    for gate in record.gates:
        assert sum(segment.rows for segment in gate.segments) == 150
    events = (path.read_bytes() for path in (tmp_path / "run" / "tensorboard" / "validation").glob("events*"))
    assert any(b"\x89PNG" in text for text in events)
