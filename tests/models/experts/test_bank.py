import numpy as np
import pytest
import tensorflow as tf

from models.experts import Activation, Style
from models.experts.bank import ExpertBank

ROWS, WIDTH = 7, 5
NAMES = ("a 1", "b 1", "shared 1")


def bank_of(names=NAMES, *, units=(4, 3), name="experts", **style):
    return ExpertBank(names=names, units=units, style=Style(**style), name=name)


def inputs_of(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def oracle(bank, inputs):
    """Each expert on its own, in NumPy."""
    kernels = [weight.numpy() for weight in bank.weights if "kernel" in weight.name]
    biases = [weight.numpy() for weight in bank.weights if "bias" in weight.name]
    outputs = []
    for expert in range(len(bank.names)):
        hidden = inputs[expert]
        for kernel, bias in zip(kernels, biases, strict=True):
            hidden = np.maximum(hidden @ kernel[expert] + bias[expert], 0.0)
        outputs.append(hidden)
    return np.stack(outputs)


def shift_biases(bank):
    for weight in bank.weights:
        if "bias" in weight.name:
            weight.assign(inputs_of(*weight.shape, seed=1))


def test_one_input_for_all_equals_one_expert_at_a_time():
    bank, inputs = bank_of(), inputs_of(ROWS, WIDTH)
    bank(inputs)
    shift_biases(bank)
    np.testing.assert_allclose(bank(inputs), oracle(bank, [inputs.numpy()] * len(NAMES)), rtol=1e-4, atol=1e-6)


def test_one_input_each_equals_one_expert_at_a_time():
    bank, inputs = bank_of(), inputs_of(len(NAMES), ROWS, WIDTH)
    bank(inputs)
    shift_biases(bank)
    np.testing.assert_allclose(bank(inputs), oracle(bank, inputs.numpy()), rtol=1e-4, atol=1e-6)


def test_experts_and_their_units_differ_at_initialisation():
    bank = bank_of(units=(64, 64))
    outputs = bank(inputs_of(200, WIDTH)).numpy()
    flat = outputs.reshape(len(NAMES), -1)
    cosines = np.corrcoef(flat)[~np.eye(len(NAMES), dtype=bool)]
    assert (cosines < 0.9).all()
    for expert in outputs:
        alive = expert[:, expert.std(axis=0) > 0]
        correlation = np.corrcoef(alive, rowvar=False)
        assert (correlation[~np.eye(len(correlation), dtype=bool)] < 0.9999).all()


def test_an_experts_weights_depend_on_its_name_alone():
    small, large = bank_of(("b 1",)), bank_of(NAMES)
    for bank in (small, large):
        bank(inputs_of(ROWS, WIDTH))
    for of_small, of_large in zip(small.weights, large.weights, strict=True):
        np.testing.assert_array_equal(of_small[0], of_large[1])


def test_l2_is_on_kernels_and_not_on_biases():
    bank = bank_of(units=(4,), l2=0.5)
    bank(inputs_of(ROWS, WIDTH))
    shift_biases(bank)
    np.testing.assert_allclose(sum(bank.losses), 0.5 * np.sum(np.square(bank.weights[0])), rtol=1e-6)


def test_dropout_acts_in_training_only():
    bank, inputs = bank_of(dropout=0.5, activation=Activation.LINEAR), inputs_of(ROWS, WIDTH)
    np.testing.assert_array_equal(bank(inputs), bank(inputs, training=False))
    assert (bank(inputs, training=True).numpy() == 0).any()


@pytest.mark.parametrize("activation", Activation)
def test_a_layer_made_from_its_config_computes_the_same(activation):
    bank, inputs = bank_of(activation=activation), inputs_of(ROWS, WIDTH)
    np.testing.assert_array_equal(ExpertBank.from_config(bank.get_config())(inputs), bank(inputs))


def test_experts_are_one_product_a_layer():
    bank = bank_of(tuple(f"shared {number}" for number in range(32)))
    graph = tf.function(bank).get_concrete_function(tf.TensorSpec([None, WIDTH])).graph
    products = [operation for operation in graph.get_operations() if "MatMul" in operation.type]
    assert len(products) == 2
