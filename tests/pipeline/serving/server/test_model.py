"""A loaded version answers as the session loader does and refuses what does not fit."""

import numpy as np
import pytest
import tensorflow as tf

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.examples import serialized_examples
from pipeline.serving.server.model import ServedModel, status_of

pytestmark = pytest.mark.slow

CITY = np.array([b"rome", b"oslo", b"atlantis", b"", b"\xff\x00"], object)
AGE = np.array([1.0, 2.0, 3.0, np.nan, 4.0], np.float32)


@pytest.fixture(scope="module")
def model(exports):
    served = ServedModel(exports[1], 1)
    yield served
    served.close()


def test_answers_are_those_of_the_session_loader(model, exports, session_loader):
    answered = model.run(model.signature("predict_columns"), {"city": CITY, "age": AGE})
    expected = session_loader(exports[1], "predict_columns", city=CITY, age=AGE)
    assert set(answered) == {"click", "spend", "version"}
    for name, values in expected.items():
        np.testing.assert_array_equal(answered[name], values)
    assert answered["click"][0] != answered["click"][2], "the vocabulary's table must have been initialised"


def test_serialized_examples_score_as_their_columns(model):
    rows = {"city": CITY[:3].tolist(), "age": [1.0, 2.0, 3.0]}
    examples = np.array(serialized_examples(rows), object)
    by_example = model.run(model.signature(""), {"examples": examples})
    by_column = model.run(model.signature("predict_columns"), {"city": CITY[:3], "age": AGE[:3]})
    np.testing.assert_array_equal(by_example["click"], by_column["click"])


def test_only_the_wanted_outputs_are_computed(model):
    answered = model.run(model.signature("predict_columns"), {"city": CITY, "age": AGE}, output_filter=["spend"])
    assert set(answered) == {"spend"}


def test_the_initialiser_is_in_the_metadata_but_cannot_be_asked(model):
    assert "__saved_model_init_op" in model.signature_defs
    with pytest.raises(RefusedRequestError) as caught:
        model.signature("__saved_model_init_op")
    assert caught.value.code is Code.FAILED_PRECONDITION


@pytest.mark.parametrize(
    ("inputs", "output_filter", "message"),
    [
        ({"city": CITY}, (), r"Missing: \['age'\]\. Sent extra: \[\]\."),
        ({"city": CITY, "age": AGE, "aeg": AGE}, (), r"Missing: \[\]\. Sent extra: \['aeg'\]\."),
        ({"city": CITY, "age": np.arange(5)}, (), r"Input `age` must be of type DT_FLOAT, got int64\."),
        ({"city": AGE, "age": AGE}, (), r"Input `city` must be of type DT_STRING, got float32\."),
        ({"city": CITY, "age": AGE[:, None]}, (), r"Input `age` must have shape \[\?\], got \[5, 1\]\."),
        ({"city": CITY, "age": AGE[:3]}, (), r"Incompatible shapes: \[5\] vs\. \[3\]$"),
        ({"city": CITY, "age": AGE}, ["nope"], r"`output_filter` must name outputs of"),
        ({"city": CITY, "age": AGE}, ["click", "click"], r"`output_filter` must name outputs of"),
    ],
)
def test_a_request_that_does_not_fit_is_an_invalid_argument(model, inputs, output_filter, message):
    with pytest.raises(RefusedRequestError, match=message) as caught:
        model.run(model.signature("predict_columns"), inputs, output_filter=output_filter)
    assert caught.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("serialized", [b"\x0a\xff\xff", b"\x0a\x05abc", serialized_examples({"age": ["text"]})[0]])
def test_an_example_that_cannot_be_parsed_is_an_invalid_argument(model, serialized):
    with pytest.raises(RefusedRequestError) as caught:
        model.run(model.signature(""), {"examples": np.array([serialized], object)})
    assert caught.value.code is Code.INVALID_ARGUMENT
    assert caught.value.message and "\n" not in caught.value.message


def test_a_directory_that_is_no_model_is_not_loaded(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"not a graph")
    with pytest.raises(OSError, match="Cannot parse file") as caught:
        ServedModel(tmp_path, 1)
    assert status_of(caught.value)[0] is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (tf.errors.DataLossError(None, None, "Graph execution error:\n\ntorn [[{{node x}}]]"), Code.DATA_LOSS, "torn"),
        (ValueError("first\nsecond"), Code.UNKNOWN, "first"),
        (KeyError(), Code.UNKNOWN, "KeyError"),
    ],
)
def test_an_error_becomes_a_code_and_a_sentence(error, code, message):
    assert status_of(error) == (code, message)
