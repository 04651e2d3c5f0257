"""What a model reads is known before it answers."""

import functools
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


def one_by_one(examples):
    return tf.map_fn(lambda row: tf.io.parse_single_example(row, DENSE)["age of user"], examples, tf.float32)


def by_the_op_for_one(examples):
    default = [tf.constant([0.0])]
    ask = {"num_sparse": 1, "sparse_keys": ["city"], "sparse_types": [tf.string], "dense_shapes": [[1]]}
    parse = functools.partial(tf.raw_ops.ParseSingleExample, dense_defaults=default, dense_keys=["age of user"], **ask)
    return tf.map_fn(lambda row: parse(serialized=row).dense_values[0], examples, tf.float32)


def by_the_op_of_tf1(examples):
    keys = {"sparse_keys": [tf.constant("city")], "dense_keys": [tf.constant("age of user")]}
    ask = {"sparse_types": [tf.string], "dense_defaults": [tf.constant([0.0])], "dense_shapes": [[1]]}
    return tf.raw_ops.ParseExample(serialized=examples, names=tf.constant([], tf.string), **keys, **ask).dense_values[0]


@pytest.mark.parametrize("parse", [one_by_one, by_the_op_for_one, by_the_op_of_tf1])
def test_columns_are_found_however_examples_are_parsed(parse):
    serve = tf.function(parse, input_signature=[tf.TensorSpec([None], tf.string)]).get_concrete_function()
    assert serve(tf.constant([tf.train.Example().SerializeToString()])).shape == [1, 1]  # It runs.
    assert parsed_columns(serve) == {"age of user"} | ({"city"} if parse is not one_by_one else set())
