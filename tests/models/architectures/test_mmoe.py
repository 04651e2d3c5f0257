import numpy as np
import pytest
import tensorflow as tf

from models.architectures import MMoE, SharedBottom
from models.errors import ConfigError
from models.experts import Style

TASKS = ("click", "buy", "spend")
NUM_EXPERTS = 4
FEATURES = tf.random.stateless_normal([16, 8], [0, 0])


def network_of(num_experts=NUM_EXPERTS):
    network = MMoE(num_experts=num_experts, expert=(6, 5)).build(TASKS, Style())
    network(FEATURES)
    return network


def gates_of(network):
    return {weight.name.split("/")[-2]: weight for weight in network.weights if "gate" in weight.name}


def test_one_expert_is_the_shared_bottom_to_the_last_bit():
    bottom = SharedBottom(expert=(6, 5)).build(TASKS, Style())
    np.testing.assert_array_equal(network_of(1)(FEATURES), bottom(FEATURES))


def test_tied_gates_give_all_tasks_one_mixture():
    network = network_of()
    kernels = list(gates_of(network).values())
    for kernel in kernels:
        kernel.assign(kernels[0])
    representations = network(FEATURES).numpy()
    np.testing.assert_allclose(representations[1:], representations[:1].repeat(2, axis=0), rtol=1e-6)


def test_permuting_experts_with_their_gate_columns_changes_nothing():
    network = network_of()
    before = network(FEATURES).numpy()
    order = [2, 0, 3, 1]
    for weight in network.weights:
        weight.assign(tf.gather(weight, order, axis=1 if "gate" in weight.name else 0))
    np.testing.assert_allclose(network(FEATURES), before, rtol=1e-4, atol=1e-6)


def test_a_task_moves_its_own_gate_and_no_other():
    network = network_of()
    gates = gates_of(network)
    with tf.GradientTape() as tape:
        of_buy = tf.reduce_sum(network(FEATURES)[1])
    gradients = tape.gradient(of_buy, gates)
    assert np.abs(gradients.pop("gate_1_buy")).max() > 0
    for gradient in gradients.values():
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


def test_every_task_moves_every_expert():
    network = network_of()
    with tf.GradientTape() as tape:
        of_buy = tf.reduce_sum(network(FEATURES)[1])
    kernel = next(weight for weight in network.weights if "kernel_0" in weight.name)
    assert (np.abs(tape.gradient(of_buy, kernel)).max(axis=(1, 2)) > 0).all()


def test_parameter_count():
    # Experts with biases, and one gate without bias a task.
    experts = NUM_EXPERTS * (9 * 6 + 7 * 5)
    assert network_of().count_params() == experts + len(TASKS) * 8 * NUM_EXPERTS


def test_no_expert_is_refused():
    with pytest.raises(ConfigError, match="`num_experts` must be at least 1, got 0"):
        MMoE(num_experts=0)
