"""From plan to model."""

import pytest
import tensorflow as tf

from components.trainer.build import build_model, look_interval, model_input
from components.trainer.devices import number_format, strategy
from components.trainer.plan import InputPlan
from components.trainer.settings import Distribution, Precision
from models.inputs import Combiner, DenseInput, EmbeddingInput


def test_a_learned_vocabulary_adds_its_values_to_the_fixed_ids():
    column = InputPlan(name="tags", dim=8, table="words", fixed_ids=2, vocabulary="words_seen", combiner=Combiner.SUM)
    assert model_input(column, {"words_seen": 40}) == EmbeddingInput(
        name="tags", table="words", num_ids=42, dim=8, combiner=Combiner.SUM
    )


def test_without_a_vocabulary_fixed_ids_are_all_and_without_a_length_it_is_a_number():
    assert model_input(InputPlan(name="hour", dim=4, table="hour", fixed_ids=25), {}).num_ids == 25
    assert model_input(InputPlan(name="price", dim=0), {}) == DenseInput(name="price")


@pytest.mark.parametrize("precision", Precision)
def test_weights_and_outputs_are_float32_in_every_number_format(plan, with_training, precision):
    inputs = tuple(model_input(column, {}) for column in plan.inputs)
    model = build_model(with_training(plan, precision=precision), inputs)
    assert {weight.dtype for weight in model.trainable_variables} == {tf.float32}
    row = {
        "city": tf.zeros([1], tf.int64),
        "tags": tf.RaggedTensor.from_row_lengths(tf.zeros([1], tf.int64), [1]),
        "price": tf.zeros([1]),
    }
    assert {values.dtype for values in model(row).values()} == {tf.float32}


@pytest.mark.parametrize(
    ("changes", "num_steps", "every"),
    [
        ({"look_every_steps": 7}, 100, 7),
        ({"look_every_steps": 7}, 2_000, 10),
        ({"look_every_steps": 7}, 0, 0),  # Nobody trains it here.
        ({"look_every_steps": 0}, 100, 0),
        ({"look_every_steps": 7, "distribution": Distribution.MIRRORED}, 100, 0),
    ],
    ids=str,
)
def test_a_model_to_be_trained_looks_at_its_gradients(plan, with_training, changes, num_steps, every):
    inputs = tuple(model_input(column, {}) for column in plan.inputs)
    plan = with_training(plan, **changes)
    model = build_model(plan, inputs, num_steps=num_steps)
    names = {weight.name.split(":")[0] for weight in model.weights}
    assert ("telemetry/grams" in names) == (every > 0)
    assert look_interval(plan, model, num_steps=num_steps) == every


def test_the_number_format_ends_with_its_block():
    with number_format(Precision.BFLOAT16):
        assert tf.keras.mixed_precision.global_policy().name == "mixed_bfloat16"
    assert tf.keras.mixed_precision.global_policy().name == "float32"


def test_mirrored_takes_every_device():
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    assert strategy(Distribution.MIRRORED).num_replicas_in_sync == len(devices)
    assert strategy(Distribution.ONE_DEVICE) is tf.distribute.get_strategy()
