import numpy as np
import pytest
import tensorflow as tf

from models.architectures import DSelectK, Routing, SNRTrans
from models.balancers import DWA, FAMO, After, Scope, Static
from tests.models.gradients.fixed import Fixed
from tests.models.samples import FUNNEL, SMALL, features_of, funnel_targets, model_of

ROWS = 64
BALANCERS = (
    Static(),
    DWA(window=2),
    FAMO(after=After.SAME_BATCH),
    Fixed(factors=(1.0, 2.0, 0.5)),
    Fixed(factors=(1.0, 2.0, 0.5), scope=Scope.REPRESENTATION),
    Fixed(factors=(1.0, 2.0, 0.5), scope=Scope.GROUP, update_every=2),
)


def trained(balancer, *, every, steps=5, architecture=SMALL, **settings):
    model = model_of(architecture, tasks=FUNNEL, balancer=balancer, l2=0.01, **settings)
    model.compile(optimizer=tf.keras.optimizers.SGD(0.2))
    if every:
        model.train_by(look_every=every)
    step = tf.function(lambda features, targets: model.train_step((features, targets)))
    for number in range(steps):
        step(features_of(ROWS, seed=number), funnel_targets(ROWS, seed=number))
    return model


@pytest.mark.parametrize("balancer", BALANCERS, ids=repr)
def test_a_look_leaves_the_training_as_it_is(balancer):
    blind, seeing = trained(balancer, every=0), trained(balancer, every=2)
    for one, other in zip(blind.trainable_weights, seeing.trainable_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6, err_msg=one.name)
    assert [sample.step for sample in seeing.looked_at()] == [0, 2, 4]
    assert blind.looked_at() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"architecture": DSelectK(num_experts=3, num_selected=2, expert=(6, 5)), "dropout": 0.2},
        {"architecture": Routing(num_blocks=2, expert=(6,))},
        {"architecture": SNRTrans(num_levels=2, num_experts=2, expert=(6, 5))},
    ],
    ids=["dselect_k", "routing", "snr"],
)
def test_a_look_draws_nothing_that_training_draws(settings):
    blind, seeing = trained(Static(), every=0, **settings), trained(Static(), every=2, **settings)
    for one, other in zip(blind.trainable_weights, seeing.trainable_weights, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=one.name)
    assert len(seeing.looked_at()) == 3


def test_a_look_sees_what_an_exact_method_is_shown():
    balancer = Fixed(factors=(1.0, 2.0, 0.5))
    model = trained(balancer, every=1, steps=3)
    last = model.looked_at()[-1]
    seen = next(weight for weight in model.weights if weight.name.startswith("seen")).numpy()[0]
    np.testing.assert_allclose(sum(last.grams.values()), seen, rtol=1e-5)
    assert last.weights == {"click": 1.0, "click_and_buy": 2.0, "spend": 0.5}
    assert set(last.losses) == set(last.weights)
    assert {"table_user", "table_item", "experts/experts_1/0"} <= set(last.grams)
    assert not any(layer.startswith("towers/") and "spend" in layer for layer in last.grams)


def test_what_was_seen_is_in_a_checkpoint(tmp_path):
    model = trained(Static(), every=2)
    path = tf.train.Checkpoint(model=model).write(str(tmp_path / "kept"))
    twin = model_of(SMALL, tasks=FUNNEL, balancer=Static(), l2=0.01)
    twin.compile(optimizer=tf.keras.optimizers.SGD(0.2))
    twin.train_by(look_every=2)
    tf.train.Checkpoint(model=twin).read(path)
    assert [sample.step for sample in twin.looked_at()] == [0, 2, 4]
    for one, other in zip(model.looked_at(), twin.looked_at(), strict=True):
        np.testing.assert_array_equal(one.grams["table_user"], other.grams["table_user"])
