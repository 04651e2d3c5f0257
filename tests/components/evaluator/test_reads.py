"""What a model reads is known before it answers."""

import pathlib

import pytest
import tensorflow as tf

from components.evaluator.reads import parsed_columns

pytestmark = pytest.mark.slow

DENSE = {"age of user": tf.io.FixedLenFeature([1], tf.float32, default_value=[0.0])}
SPARSE = {"city": tf.io.VarLenFeature(tf.string)}
RAGGED = {"tags": tf.io.RaggedFeature(tf.string)}


def save(folder: pathlib.Path, spec) -> str:
    """A model that answers with how many rows there are, whatever it reads."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(examples):
        parsed = tf.io.parse_example(examples, spec) if spec else {}
        return {"click": tf.zeros(tf.shape(examples)), "read": tf.fill(tf.shape(examples), float(len(parsed)))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def other(examples):
        return tf.io.parse_example(examples, {"tips": tf.io.FixedLenFeature([1], tf.float32)})

    tf.saved_model.save(tf.Module(), str(folder), signatures={"serving_default": serve, "with_label": other})
    return str(folder)


@pytest.mark.parametrize("spec", [DENSE, SPARSE, RAGGED, DENSE | SPARSE | RAGGED, {}], ids="+".join)
def test_the_columns_of_every_kind_of_feature_are_found_and_of_no_other_signature(spec, tmp_path):
    loaded = tf.saved_model.load(save(tmp_path / "model", spec))
    assert parsed_columns(loaded.signatures["serving_default"]) == set(spec)
