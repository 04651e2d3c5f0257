import typing

import numpy as np
import pytest
import tensorflow as tf

from models.errors import ConfigError
from models.optimizers import OPTIMIZERS, SGD, Adagrad, Adam, OptimizerConfig, build

SAMPLES = (Adam(learning_rate=0.1), Adagrad(learning_rate=0.1), SGD(learning_rate=0.1))
ROWS = tf.IndexedSlices(tf.constant([[1.0, -2.0], [3.0, 0.5]]), tf.constant([4, 1]), tf.constant([6, 2]))


def stepped(optimizer, gradients):
    variable = tf.Variable(tf.reshape(tf.range(12.0), [6, 2]))
    for gradient in gradients:
        optimizer.apply_gradients([(gradient, variable)])
    return variable.numpy()


def test_samples_cover_the_catalogue_and_keys_are_names():
    assert {type(sample) for sample in SAMPLES} == set(OPTIMIZERS.values())
    assert set(typing.get_args(OptimizerConfig)) == set(OPTIMIZERS.values())
    assert {optimizer().name: optimizer for optimizer in OPTIMIZERS.values()} == OPTIMIZERS


@pytest.mark.parametrize("declared", SAMPLES, ids=repr)
def test_a_sparse_step_equals_the_dense_step_of_the_same_gradient(declared):
    sparse = stepped(declared.for_rows(), [ROWS])
    dense = stepped(declared.for_dense(), [tf.convert_to_tensor(ROWS)])
    np.testing.assert_allclose(sparse, dense, rtol=1e-6)


@pytest.mark.parametrize("declared", SAMPLES, ids=repr)
def test_rows_that_no_gradient_names_do_not_move(declared):
    moved = stepped(declared.for_rows(), [ROWS, ROWS]) != np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(moved.any(axis=1), [False, True, False, False, True, False])


@pytest.mark.parametrize("declared", SAMPLES, ids=repr)
@pytest.mark.parametrize("rows", [True, False])
def test_no_operation_of_a_sparse_step_holds_a_whole_table(declared, rows):
    num_ids, dim = 1237, 3
    table = tf.Variable(tf.zeros([num_ids, dim]))
    optimizer = declared.for_rows() if rows else declared.for_dense()
    optimizer.build([table])

    def step(indices):
        gradient = tf.IndexedSlices(tf.ones([5, dim]), indices, tf.constant([num_ids, dim]))
        optimizer.apply_gradients([(gradient, table)])

    graph = tf.function(step).get_concrete_function(tf.TensorSpec([5], tf.int32)).graph
    whole = [op.name for op in graph.get_operations() for out in op.outputs if out.shape == [num_ids, dim]]
    # Keras' own Adam is the one that visits every row: this shows that the test would see it.
    assert bool(whole) == (not rows and isinstance(declared, Adam))


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values())
@pytest.mark.parametrize("rate", [0.0, -1.0, float("inf")])
def test_a_rate_that_is_not_positive_is_refused(optimizer, rate):
    with pytest.raises(ConfigError, match=f"`learning_rate` must be positive, got {rate!r}"):
        optimizer(learning_rate=rate)


def test_problems_of_adam_come_together():
    with pytest.raises(ConfigError) as error:
        Adam(beta_1=1.0, beta_2=-0.1, epsilon=0.0)
    assert error.value.problems == (
        "`beta_1` must be in [0, 1), got 1.0.",
        "`beta_2` must be in [0, 1), got -0.1.",
        "`epsilon` must be positive, got 0.0.",
    )


def test_a_negative_accumulator_is_refused():
    with pytest.raises(ConfigError, match=r"`initial_accumulator` must be 0 or positive, got -0.5"):
        Adagrad(initial_accumulator=-0.5)


def test_a_clip_norm_that_is_not_positive_is_refused():
    with pytest.raises(ConfigError, match=r"`clip_norm` must be positive, got 0.0: leave it out to never clip"):
        build(Adam(), clip_norm=0.0)
