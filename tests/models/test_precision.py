import numpy as np
import pytest
import tensorflow as tf

from models.architectures import PLE, SharedBottom
from models.interactions import DCNv2
from models.optimizers import Adagrad, Adam, build
from tests.models.samples import ARCHITECTURE_SAMPLES, INPUTS, TAGS, features_of, funnel_targets, model_of

ROWS = 64
PLE_SAMPLE = PLE(num_levels=2, num_shared=1, num_specific=1, expert=(8,))


@pytest.fixture(params=["mixed_bfloat16", "mixed_float16"])
def policy(request):
    tf.keras.mixed_precision.set_global_policy(request.param)
    yield request.param
    tf.keras.mixed_precision.set_global_policy("float32")


def fitted(architecture=PLE_SAMPLE, *, epochs=10, jit_compile=None, with_tags=False, **settings):
    inputs = (*INPUTS, TAGS) if with_tags else INPUTS
    batch = features_of(ROWS, with_tags=with_tags), funnel_targets(ROWS)
    model = model_of(architecture, inputs=inputs, **settings)
    optimizer = build(Adam(learning_rate=0.01), Adagrad(learning_rate=0.1), clip_norm=5.0)
    model.compile(optimizer=optimizer, jit_compile=jit_compile)
    history = model.fit(tf.data.Dataset.from_tensors(batch).repeat(4), epochs=epochs, verbose=0).history
    return model, history["loss"]


@pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)
def test_outputs_are_float32_and_near_those_of_float32(architecture, policy):
    mixed = model_of(architecture, interaction=DCNv2(num_layers=1))
    tf.keras.mixed_precision.set_global_policy("float32")
    plain = model_of(architecture, interaction=DCNv2(num_layers=1))
    features = features_of(ROWS)
    for name, output in plain(features).items():
        assert mixed(features)[name].dtype == tf.float32
        # bfloat16 keeps 8 bits, over half a dozen layers.
        np.testing.assert_allclose(mixed(features)[name], output, atol=0.03)


def test_weights_and_tables_stay_float32(policy):
    assert {weight.dtype for weight in model_of().trainable_weights} == {tf.float32}


@pytest.mark.slow
def test_mixed_precision_trains_multi_valued_inputs_and_all(policy):
    model, losses = fitted(with_tags=True, dropout=0.1)
    assert losses[-1] < losses[0]
    assert ("LossScale" in type(model.optimizer).__name__) == (policy == "mixed_float16")
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [SharedBottom(expert=(6, 5)), PLE_SAMPLE], ids=repr)  # Each compiles for long.
def test_xla_trains_to_the_same_losses(architecture):
    _, compiled = fitted(architecture, epochs=2, jit_compile=True)
    _, plain = fitted(architecture, epochs=2)
    np.testing.assert_allclose(compiled, plain, rtol=1e-3)


@pytest.mark.slow
def test_xla_takes_dropout_and_crosses_too():
    _, losses = fitted(SharedBottom(expert=(6, 5)), jit_compile=True, dropout=0.1, interaction=DCNv2(num_layers=1))
    assert losses[-1] < losses[0]
