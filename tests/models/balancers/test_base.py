import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import Balancer, remember
from tests.models.balancers.seen import seen_of
from tests.models.samples import PAIR, features_of, model_of, pair_targets


@dataclasses.dataclass(frozen=True)
class InverseOfLast(Balancer):
    """Weighs each loss by one over its value in the step before: a loss method with a memory."""

    def build(self, losses, num_groups=1):
        return {"last": remember("last", tf.ones([len(losses)]))}

    def weigh(self, seen, memory):
        weights = 1.0 / memory["last"]
        memory["last"].assign(seen.losses)
        return weights


@dataclasses.dataclass(frozen=True)
class OfSteps(Balancer):
    """Hands over to the second task, step by step."""

    def weigh(self, seen, memory):
        step = tf.cast(seen.step, tf.float32)
        return tf.stack([1.0 - step, step])


class Misshapen(Balancer):
    def weigh(self, seen, memory):
        return tf.ones([7])


def step_of(model, rows=16):
    return model.train_step((features_of(rows), pair_targets(rows)))


def test_a_balancers_memory_lives_in_the_models_checkpoint(tmp_path):
    model = model_of(tasks=PAIR, balancer=InverseOfLast())
    model.compile(optimizer="sgd")
    step_of(model)
    last = [weight.numpy() for weight in model.non_trainable_weights if "last" in weight.name]
    assert len(last) == 1
    assert not np.isclose(last[0], 1.0).any()
    path = tf.train.Checkpoint(model=model).write(str(tmp_path / "kept"))
    resumed = model_of(tasks=PAIR, balancer=InverseOfLast())
    tf.train.Checkpoint(model=resumed).read(path).expect_partial()
    restored = [weight.numpy() for weight in resumed.non_trainable_weights if "last" in weight.name]
    np.testing.assert_array_equal(restored, last)


def test_weights_reach_the_update():
    model = model_of(tasks=PAIR, balancer=OfSteps())
    model.compile(optimizer="sgd")
    logits = next(weight for weight in model.trainable_weights if weight.name.endswith("logits/kernel_0:0"))
    before = logits.numpy()
    step_of(model)
    first = logits.numpy()
    step_of(model)
    second = logits.numpy()
    assert (first[0] != before[0]).any()
    np.testing.assert_array_equal(first[1], before[1])
    np.testing.assert_array_equal(second[0], first[0])
    assert (second[1] != first[1]).any()


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"`weigh` of Misshapen must return one weight a loss, 2, got \(7,\)"):
        Misshapen().balance(seen_of([1.0, 1.0]), {})


def test_what_a_balancer_says_of_an_absent_task_does_not_count():
    seen = seen_of([2.0, 0.0], active=[True, False], step=5)
    np.testing.assert_array_equal(OfSteps().balance(seen, {}), [-4.0, 0.0])


def test_a_step_that_is_not_finite_leaves_the_memory_as_it_was():
    balancer = InverseOfLast()
    memory = balancer.build(seen_of([1.0, 1.0]).declared)
    balancer.balance(seen_of([2.0, 4.0]), memory)
    balancer.balance(seen_of([np.inf, 1.0]), memory)
    np.testing.assert_array_equal(memory["last"], [2.0, 4.0])
