import numpy as np
import pytest
import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.inputs.encoder import is_embedding_table
from models.optimizers import SGD, Adagrad, Adam, build
from models.optimizers.split import SplitOptimizer
from tests.models.samples import features_of, funnel_targets, model_of

ROWS = 32


def steps(model, optimizer, number=3, *, first=0):
    """Trains and returns all weights."""
    if getattr(model, "optimizer", None) is not optimizer:
        model.compile(optimizer=optimizer)
    for seed in range(first, first + number):
        model.train_step((features_of(ROWS, seed=seed), funnel_targets(ROWS, seed=seed)))
    return [weight.numpy() for weight in model.weights]


def tables_and_rest(model):
    tables = [variable for variable in model.trainable_variables if is_embedding_table(variable)]
    rest = [variable for variable in model.trainable_variables if not is_embedding_table(variable)]
    return tables, rest


def test_tables_and_dense_weights_move_at_rates_of_their_own():
    model = model_of()
    tables, rest = tables_and_rest(model)
    before = {variable.ref(): variable.numpy() for variable in model.trainable_variables}
    steps(model, build(SGD(learning_rate=1e-12), SGD(learning_rate=0.5)), 1)
    assert all(np.abs(table - before[table.ref()]).max() > 1e-5 for table in tables)
    assert all(np.abs(other - before[other.ref()]).max() < 1e-9 for other in rest)


def test_it_equals_tfrs_composite_optimizer():
    composite_model = model_of()
    tables, rest = tables_and_rest(composite_model)
    legacy = tf.keras.optimizers.legacy
    composite = tfrs.experimental.optimizers.CompositeOptimizer(
        [(legacy.Adam(0.01), lambda: rest), (legacy.SGD(0.1), lambda: tables)]
    )
    ours = steps(model_of(), build(Adam(learning_rate=0.01), SGD(learning_rate=0.1)))
    for one, other in zip(ours, steps(composite_model, composite), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_clipping_takes_the_norm_of_summed_rows():
    table, weight = tf.Variable(tf.zeros([4, 1])), tf.Variable(tf.zeros([1]))
    optimizer = SplitOptimizer(SGD(learning_rate=1.0).for_dense(), SGD(learning_rate=1.0).for_rows(), clip_norm=1.0)
    # Row 2 gets 1 + 2 = 3, the dense weight 4: the norm is 5, not sqrt(1 + 4 + 16).
    gradient = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([2, 2]), tf.constant([4, 1]))
    optimizer.apply_gradients([(gradient, table), (tf.constant([4.0]), weight)])
    np.testing.assert_allclose(table[2], [-3 / 5], rtol=1e-6)
    np.testing.assert_allclose(weight, [-4 / 5], rtol=1e-6)


def test_a_small_gradient_is_not_clipped():
    loose, free = (steps(model_of(), build(SGD(), clip_norm=clip_norm), 1) for clip_norm in (1e6, None))
    for one, other in zip(loose, free, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("embeddings", [Adam(), Adagrad(), SGD()], ids=repr)
def test_scaling_the_loss_does_not_change_the_step(embeddings):
    plain = build(Adam(), embeddings, clip_norm=0.1)
    scaled = tf.keras.mixed_precision.LossScaleOptimizer(
        build(Adam(), embeddings, clip_norm=0.1), dynamic=False, initial_scale=1024.0
    )
    for one, other in zip(steps(model_of(), plain), steps(model_of(), scaled), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_it_is_made_again_from_its_config():
    optimizer = build(Adam(learning_rate=0.02), Adagrad(learning_rate=0.3), clip_norm=2.0)
    copy = tf.keras.optimizers.deserialize(tf.keras.optimizers.serialize(optimizer), use_legacy_optimizer=False)
    assert isinstance(copy, SplitOptimizer)
    for one, other in zip(steps(model_of(), optimizer), steps(model_of(), copy), strict=True):
        np.testing.assert_array_equal(one, other)


def test_its_learning_rate_is_that_of_the_dense_weights_and_can_be_set():
    optimizer = build(SGD(learning_rate=0.25), SGD(learning_rate=0.5))
    np.testing.assert_allclose(optimizer.learning_rate, 0.25)
    optimizer.learning_rate = 0.125
    np.testing.assert_allclose(optimizer.dense.learning_rate, 0.125)
    np.testing.assert_allclose(optimizer.embeddings.learning_rate, 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("embeddings", [Adam(), Adagrad(), SGD()], ids=repr)
def test_a_resumed_run_ends_where_the_unbroken_one_does_to_the_last_bit(tmp_path, embeddings):
    def fresh():
        model = model_of(dropout=0.3)
        model.compile(optimizer=build(Adam(), embeddings, clip_norm=1.0))
        return model, tf.train.Checkpoint(model=model, optimizer=model.optimizer)

    model, checkpoint = fresh()
    steps(model, model.optimizer, 2)
    path = checkpoint.write(str(tmp_path / "kept"))
    wanted = steps(model, model.optimizer, 2, first=2)
    resumed, checkpoint = fresh()
    checkpoint.read(path).assert_consumed()
    for one, other in zip(steps(resumed, resumed.optimizer, 2, first=2), wanted, strict=True):
        np.testing.assert_array_equal(one, other)
