import numpy as np
import pytest
import tensorflow as tf

from models.architectures import SharedBottom
from models.balancers import Personal, Scope, Segments
from models.errors import ConfigError
from models.gradients.personal import PersonalWeights
from models.inputs import EmbeddingInput
from tests.models.balancers.seen import losses_named
from tests.models.samples import INPUTS, PAIR, features_of, model_of, pair_targets

USERS = EmbeddingInput(name="age", table="age", num_ids=3, dim=2)
PAIR_LOSSES = losses_named("click", "like")
BOTH = tf.constant([True, True])


def declared(**settings):
    return Personal(
        **{
            "features": ("age",),
            "scope": Scope.REPRESENTATION,
            "segments": Segments(feature="age", minimum_rows=1.0),
            **settings,
        }
    )


def test_before_it_learns_all_losses_weigh_alike_above_their_bounds():
    network = PersonalWeights(declared(bounds={"click": 0.4}), (USERS,), PAIR_LOSSES)
    rows = network.of_rows({"age": tf.constant([0, 2], tf.int64)}, BOTH)
    np.testing.assert_allclose(rows, [[0.7, 0.3]] * 2, rtol=1e-6)


def test_it_comes_to_the_weights_of_the_shortest_combination_of_each_segment():
    # By hand: at right angles, w_i is in proportion to 1 / |g_i|^2, so .9 and .1, then .2 and .8.
    network = PersonalWeights(declared(learning_rate=0.5), (USERS,), PAIR_LOSSES)
    grams = tf.constant([[[1.0, 0.0], [0.0, 9.0]], [[8.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]])
    ids = tf.constant([0, 1] * 8, tf.int64)
    step = tf.function(network.learn)
    for _ in range(1500):
        step(grams, ids, {"age": ids}, BOTH)
    rows = network.of_rows({"age": tf.constant([0, 1], tf.int64)}, BOTH)
    np.testing.assert_allclose(rows, [[0.9, 0.1], [0.2, 0.8]], atol=0.02)


def test_an_absent_loss_has_no_weight_and_a_loss_without_gradient_draws_none():
    network = PersonalWeights(declared(learning_rate=0.5), (USERS,), PAIR_LOSSES)
    ids = tf.constant([0] * 8, tf.int64)
    before = network.of_rows({"age": ids}, BOTH).numpy()
    for _ in range(20):
        network.learn(tf.constant([[[1.0, 0.0], [0.0, 0.0]]] * 3), ids, {"age": ids}, BOTH)
    np.testing.assert_allclose(network.of_rows({"age": ids}, BOTH), before, atol=1e-6)
    np.testing.assert_array_equal(network.of_rows({"age": ids}, tf.constant([True, False])), [[1.0, 0.0]] * 8)


def test_a_model_trains_by_it_and_a_checkpoint_holds_the_network(tmp_path):
    inputs = (*INPUTS[:3], USERS)

    def trained(steps, path=None):
        model = model_of(SharedBottom(expert=(6, 5)), tasks=PAIR, inputs=inputs, balancer=declared())
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        if path:
            tf.train.Checkpoint(model=model).read(path).assert_existing_objects_matched()
        step = tf.function(lambda features, targets: model.train_step((features, targets)))
        for seed in steps:
            ages = tf.constant(np.random.default_rng(seed).integers(0, 3, 64))
            step({**features_of(64, seed=seed), "age": ages}, pair_targets(64, seed=seed))
        return model

    unbroken = trained(range(4))
    path = tf.train.Checkpoint(model=trained(range(2))).write(str(tmp_path / "kept"))
    resumed = trained(range(2, 4), path)
    names = [weight.name for weight in unbroken.weights]
    assert any(name.startswith("personal/vectors_age") for name in names)
    for weight, twin in zip(unbroken.weights, resumed.weights, strict=True):
        np.testing.assert_array_equal(weight, twin, err_msg=weight.name)


def test_what_it_lacks_is_said_all_at_once():
    with pytest.raises(ConfigError) as caught:
        Personal(features=(), bounds={"click": 1.5}, scope=Scope.REPRESENTATION)
    text = str(caught.value)
    for part in ("`segments` must be given, got none", "`features` must name at least one input", "`bounds`"):
        assert part in text
