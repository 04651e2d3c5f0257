"""Training: repeatable to the bit, whatever the order of the rows and wherever it was killed."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.build import model_input
from components.trainer.training import train


pytestmark = pytest.mark.slow


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(tf.keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise Killed


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
    losses = [interval.eval["click_loss"] for interval in record.intervals]
    assert losses[-1] < losses[0] < 0.75


def test_the_order_of_rows_does_not_matter(trained, plan, split, tmp_path):
    order = np.random.default_rng(5).permutation(400)
    other = dataclasses.replace(plan, checkpoint_root=str(tmp_path / "other"))
    assert_same(trained(rows=split()), trained(other, rows=split(order=order)))


def test_seed_decides(trained, plan, with_training):
    first, other = trained(), trained(with_training(plan, seed=2))
    assert any((one != two).any() for one, two in zip(weights(first), weights(other), strict=True))


@pytest.mark.parametrize(
    ("step", "saved"), [(2, 0), (5, 3), (9, 8), (13, 12)], ids=["unsaved", "1st", "epoch end", "2nd"]
)
def test_a_killed_run_ends_as_an_unbroken_one(trained, plan, step, saved, tmp_path):
    with pytest.raises(Killed):
        trained(callbacks=[KillAt(step)])
    resumed = trained()
    unbroken = trained(dataclasses.replace(plan, checkpoint_root=str(tmp_path / "other")))
    assert (resumed.record.resumed_from_step, unbroken.record.resumed_from_step) == (saved, 0)
    assert_same(resumed, unbroken)
    assert [without_time(one) for one in resumed.record.intervals] == [
        without_time(one) for one in unbroken.record.intervals
    ]


def without_time(interval):
    return dataclasses.replace(interval, seconds=0.0)
