import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.architectures import ARCHITECTURES
from models.binding import bind_or_raise, unbind
from models.experts import Style
from models.experts.base import Network
from models.experts.layout import ServingLayout
from tests.models.samples import ARCHITECTURE_SAMPLES

TASKS = ("click", "buy", "spend")
FEATURES = tf.random.stateless_normal([32, 8], [0, 0])
each_architecture = pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)


def network_of(architecture, tasks=TASKS, **how):
    network = architecture.build(tasks, Style(seed=1))
    network(FEATURES, **how)
    return network


def gradients_of(network):
    """Of something that every task takes part in."""
    with tf.GradientTape() as tape:
        outputs = tf.cast(network(FEATURES, training=True), tf.float32)
        losses = tf.reduce_mean(tf.square(outputs - 1.0), axis=(1, 2))
        total = tf.reduce_sum(losses) + network.policy_loss(losses) + sum(network.losses)
    return tape.gradient(total, network.trainable_weights)


@pytest.mark.parametrize("architecture", [architecture() for architecture in ARCHITECTURES.values()], ids=repr)
def test_the_shipped_sizes_are_what_a_bare_name_means_and_survive_being_written(architecture):
    assert bind_or_raise(type(architecture), unbind(architecture)) == architecture


@settings(deadline=None, max_examples=20)  # Each example builds a network.
@given(architecture=st.sampled_from(ARCHITECTURE_SAMPLES), num_tasks=st.integers(1, 5))
def test_any_number_of_tasks_gets_a_representation_each(architecture, num_tasks):
    network = network_of(architecture, tuple(f"task {number}" for number in range(num_tasks)))
    assert isinstance(network, Network)
    assert network(FEATURES).shape == [num_tasks, 32, 5]
    assert network(FEATURES, training=True).shape == [num_tasks, 32, 5]


@each_architecture
def test_every_trained_weight_gets_a_gradient(architecture):
    network = network_of(architecture)
    moved = [False] * len(network.trainable_weights)
    for _ in range(10):  # A gate that is all open or a block not drawn has none in that step.
        gradients = gradients_of(network)
        moved = [before or np.abs(gradient).max() > 0 for before, gradient in zip(moved, gradients, strict=True)]
    assert [weight.name for weight, did in zip(network.trainable_weights, moved, strict=True) if not did] == []


@each_architecture
def test_a_network_made_from_its_config_computes_the_same(architecture):
    network = network_of(architecture)
    copy = type(network).from_config(network.get_config())
    np.testing.assert_array_equal(copy(FEATURES), network(FEATURES))


@each_architecture
def test_what_it_shows_inside_is_rows_of_shares_or_empty(architecture):
    network = network_of(architecture)
    assert set(network.gate_weights(FEATURES)) == set(network.gate_experts)
    for shares in [*network.routes().values(), *network.connection_map().values()]:
        assert shares.values.shape == [len(shares.takers), len(shares.parts)]
        assert shares.values.dtype == tf.float32
    for shares in network.routes().values():
        np.testing.assert_allclose(tf.reduce_sum(shares.values, axis=1), 1.0, rtol=1e-6)


@each_architecture
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_laid_out_for_serving_it_computes_the_same(architecture, policy):
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        network = network_of(architecture)
        for weight in network.trainable_weights:  # Initial biases are zero, which would hide a lost one.
            weight.assign_add(tf.random.stateless_normal(weight.shape, [1, weight.shape.num_elements()], stddev=0.3))
        layout = ServingLayout()
        with layout():
            served = tf.function(network)(FEATURES)
        close = 1e-5 if policy == "float32" else 2e-2
        np.testing.assert_allclose(served, network(FEATURES), rtol=close, atol=close)
        assert all(variable.shape.rank == 2 for variable in layout.variables)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")


@each_architecture
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_keeps_weights_and_what_is_shown_in_float32(architecture, policy):
    plain = network_of(architecture)
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        mixed = network_of(architecture)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    assert mixed(FEATURES).dtype == tf.as_dtype(policy.removeprefix("mixed_"))
    assert {weight.dtype for weight in mixed.trainable_weights} == {tf.float32}
    np.testing.assert_allclose(tf.cast(mixed(FEATURES), tf.float32), plain(FEATURES), atol=0.1)  # bfloat16 has 8 bits.
    for seen in [*mixed.gate_weights(FEATURES).values(), *(shown.values for shown in mixed.connection_map().values())]:
        assert seen.dtype == tf.float32
    assert all(np.isfinite(gradient).all() for gradient in gradients_of(mixed) if gradient is not None)


@pytest.mark.slow
@each_architecture
def test_xla_computes_the_same_and_trains(architecture):
    network = network_of(architecture)
    compiled = tf.function(network, jit_compile=True)(FEATURES, training=False)
    np.testing.assert_allclose(compiled, network(FEATURES), rtol=1e-4, atol=1e-5)
    gradients = tf.function(lambda: gradients_of(network), jit_compile=True)()
    assert all(np.isfinite(gradient).all() for gradient in gradients)
