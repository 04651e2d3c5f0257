"""The JSON mapping of TF Serving's REST API."""

import json
import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.server.json_values import array_from_json, json_from_array
from pipeline.serving.signatures import TensorSpec
from pipeline.serving.tensors import DTYPES


def spec(dtype):
    return TensorSpec("x", DTYPES[dtype], None, "x:0")


@hypothesis.given(st.lists(st.floats(width=32)))
def test_a_float_reads_back_as_the_same_float(values):
    array = np.array(values, np.float32)
    text = json.dumps(json_from_array("x", array))
    np.testing.assert_array_equal(np.array(json.loads(text), np.float32), array)


def test_a_float_is_written_in_its_fewest_digits():
    assert json.dumps(json_from_array("x", np.array([0.2, 1e-7, 3.0], np.float32))) == "[0.2, 1e-07, 3.0]"


@hypothesis.given(st.lists(st.binary()))
def test_bytes_cross_as_base64(values):
    array = np.empty(len(values), object)
    array[:] = values
    answered = json_from_array("x_bytes", array)
    assert array_from_json(answered, spec("DT_STRING")).tolist() == values


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        ("DT_FLOAT", [1, 2.5, math.inf], np.array([1, 2.5, math.inf], np.float32)),
        ("DT_FLOAT", 3, np.array(3, np.float32)),
        ("DT_FLOAT", [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], np.float32)),
        ("DT_FLOAT", [], np.array([], np.float32)),
        ("DT_FLOAT", [[], []], np.empty((2, 0), np.float32)),
        ("DT_DOUBLE", [2**53 - 1], np.array([2**53 - 1], np.float64)),
        ("DT_INT64", [-(2**63), 2**63 - 1], np.array([-(2**63), 2**63 - 1], np.int64)),
        ("DT_UINT8", [255], np.array([255], np.uint8)),
        ("DT_BOOL", [True, False], np.array([True, False])),
        ("DT_STRING", ["é", {"b64": "/w=="}, {"b64": "/w"}], np.array(["é".encode(), b"\xff", b"\xff"], object)),
        ("DT_STRING", [["a"], ["b"]], np.array([[b"a"], [b"b"]], object)),
    ],
)
def test_a_value_becomes_the_tensor_it_spells(dtype, value, expected):
    array = array_from_json(value, spec(dtype))
    assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("dtype", "value", "message"),
    [
        ("DT_FLOAT", ["1"], "'1' of input `x` is not of expected type: DT_FLOAT"),
        ("DT_FLOAT", [None], "None of input `x` is not of expected type"),
        ("DT_FLOAT", [True], "True of input `x` is not of expected type"),
        ("DT_FLOAT", [{"b64": "AA=="}], "is not of expected type: DT_FLOAT"),
        ("DT_FLOAT", [2**24], "cannot convert 16777216 to DT_FLOAT without loss of precision"),
        ("DT_FLOAT", [1e39], r"cannot convert 1e\+39 to DT_FLOAT without loss of precision"),
        ("DT_DOUBLE", [10**400], "without loss of precision"),
        ("DT_INT64", [1.0], "1.0 of input `x` is not of expected type: DT_INT64"),
        ("DT_INT64", [2**63], "Input `x` must fit DT_INT64, got 9223372036854775808"),
        ("DT_INT8", [128], "Input `x` must fit DT_INT8, got 128"),
        ("DT_BOOL", [1], "1 of input `x` is not of expected type: DT_BOOL"),
        ("DT_STRING", [5], "5 of input `x` is not of expected type: DT_STRING"),
        ("DT_STRING", [{"b64": "a", "more": 1}], "is not of expected type: DT_STRING"),
        ("DT_STRING", [{"b64": "!!"}], "unable to base64 decode '!!'"),
        ("DT_STRING", [{"b64": "é"}], "unable to base64 decode"),
        ("DT_STRING", ["\ud800"], "must be Unicode text, got half a surrogate pair"),
        ("DT_FLOAT", [[1], [2, 3]], "must be a rectangular list, got lists of unequal sizes"),
        ("DT_FLOAT", [[1], 2], "must be a rectangular list"),
        ("DT_FLOAT", [1, [2]], "must be a rectangular list, got a list beside a value"),
    ],
)
def test_a_value_of_another_type_is_refused(dtype, value, message):
    with pytest.raises(RefusedRequestError, match=message) as caught:
        array_from_json(value, spec(dtype))
    assert caught.value.code is Code.INVALID_ARGUMENT


def test_a_long_value_is_quoted_short():
    with pytest.raises(RefusedRequestError) as caught:
        array_from_json(["x" * 2**20], spec("DT_FLOAT"))
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("name", "array", "expected"),
    [
        ("x", np.array([b"a", "é".encode()], object), ["a", "é"]),
        ("x_bytes", np.array([[b"\xff"]], object), [[{"b64": "/w=="}]]),
        ("x", np.array(b"a", object), "a"),
        ("x", np.array([[1, 2]], np.int64), [[1, 2]]),
        ("x", np.array([True]), [True]),
        ("x", np.array([math.nan, -math.inf], np.float32), [math.nan, -math.inf]),
        ("x", np.empty((2, 0), object), [[], []]),
        ("x", np.empty((0,), np.float32), []),
    ],
)
def test_an_output_is_written_by_its_type(name, array, expected):
    assert repr(json_from_array(name, array)) == repr(expected)


def test_an_output_that_is_no_text_asks_for_another_name():
    with pytest.raises(RefusedRequestError, match=r"Output `x` must be UTF-8 .* name it `x_bytes`, or ask by gRPC"):
        json_from_array("x", np.array([b"\xff"], object))
