"""REST predict bodies, by the examples and rules of TF Serving's documentation."""

import json

import numpy as np
import pytest

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.server.predict_json import Layout, answer_body, read_body
from pipeline.serving.signatures import Signature, TensorSpec
from pipeline.serving.tensors import DTYPES


def signature(**inputs):
    return Signature("ask", {name: TensorSpec(name, DTYPES[it], None, f"{name}:0") for name, it in inputs.items()}, {})


ONE = signature(tag="DT_STRING")
# The documentation's example of three named inputs.
THREE = signature(tag="DT_STRING", signal="DT_INT64", sensor="DT_INT32")
SENSORS = [[[1, 2], [3, 4]], [[4, 5], [6, 8]]]


def inputs(asked, **body):
    return read_body(json.dumps(body).encode()).inputs(asked)


def test_rows_and_columns_spell_the_same_tensors():
    rows = inputs(
        THREE,
        instances=[
            {"tag": "foo", "signal": [1, 2, 3], "sensor": SENSORS[0]},
            {"tag": "bar", "signal": [3, 4, 1], "sensor": SENSORS[1]},
        ],
    )
    columns = inputs(THREE, inputs={"tag": ["foo", "bar"], "signal": [[1, 2, 3], [3, 4, 1]], "sensor": SENSORS})
    assert rows["tag"].tolist() == [b"foo", b"bar"]
    np.testing.assert_array_equal(rows["sensor"], np.array(SENSORS, np.int32))
    for name in THREE.inputs:
        np.testing.assert_array_equal(rows[name], columns[name])


@pytest.mark.parametrize(
    "body",
    [
        {"instances": ["foo", "bar"]},
        {"instances": [{"tag": "foo"}, {"tag": "bar"}]},
        {"instances": [{"b64": "Zm9v"}, "bar"]},
        {"inputs": ["foo", "bar"]},
        {"inputs": {"tag": ["foo", "bar"]}},
    ],
    ids=repr,
)
def test_the_name_of_a_single_input_may_be_left_out(body):
    assert inputs(ONE, **body)["tag"].tolist() == [b"foo", b"bar"]


def test_a_column_request_may_carry_further_names():
    assert set(inputs(ONE, inputs={"tag": ["foo"], "more": [1]})) == {"tag"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"instances": []}, "'instances' must be a list with at least one row"),
        ({"instances": "foo"}, "'instances' must be a list with at least one row"),
        ({"instances": [{"tag": "a"}, "b"]}, "'instances' must hold objects only or values only"),
        ({"instances": ["a"]}, "'instances' must name its inputs: signature `ask` has tag,signal,sensor"),
        ({"instances": [{"tag": "a"}]}, "Element 0 of 'instances': keys must be equal to: tag,signal,sensor; got tag"),
        ({"inputs": ["a"]}, "'inputs' must name its inputs: signature `ask` has tag,signal,sensor"),
        ({"inputs": {"tag": ["a"], "signal": [1]}}, "Missing named input: sensor in 'inputs' object"),
    ],
    ids=repr,
)
def test_inputs_that_do_not_name_the_signatures_are_refused(body, message):
    with pytest.raises(RefusedRequestError, match=message) as caught:
        inputs(THREE, **body)
    assert caught.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON Parse error"),
        (b"{", "JSON Parse error"),
        (b"\xff\xfe\xff", "JSON Parse error"),
        (b"[" * 100_000, "JSON Parse error"),
        (b'{"inputs": ' + b"9" * 5000 + b"}", "JSON Parse error"),
        (b"[]", "The body must be a JSON object"),
        (b"{}", "The body must have one of 'inputs' or 'instances', got neither"),
        (b'{"inputs": [1], "instances": [1]}', "The body must have one of 'inputs' or 'instances', got both"),
        (b'{"signature_name": 1, "inputs": [1]}', "'signature_name' key must be a string value"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body, message):
    with pytest.raises(RefusedRequestError, match=message) as caught:
        read_body(body)
    assert caught.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("layout", "outputs", "expected"),
    [
        (Layout.ROWS, {"y": [0.5, 1.5]}, {"predictions": [0.5, 1.5]}),
        (Layout.COLUMNS, {"y": [0.5, 1.5]}, {"outputs": [0.5, 1.5]}),
        (Layout.ROWS, {"y": [1.0], "z": [[2.0, 3.0]]}, {"predictions": [{"y": 1.0, "z": [2.0, 3.0]}]}),
        (Layout.COLUMNS, {"z": [[2.0, 3.0]], "y": [1.0]}, {"outputs": {"y": [1.0], "z": [[2.0, 3.0]]}}),
        (Layout.COLUMNS, {"y": 4.0, "z": [1.0]}, {"outputs": {"y": 4.0, "z": [1.0]}}),
    ],
)
def test_an_answer_has_the_layout_of_its_request(layout, outputs, expected):
    arrays = {name: np.array(values, np.float32) for name, values in outputs.items()}
    assert json.loads(answer_body(arrays, layout)) == expected


@pytest.mark.parametrize("other", [np.float32(1.0), np.array([1.0], np.float32)])
def test_outputs_of_unequal_batches_make_no_rows(other):
    outputs = {"y": np.array([1.0, 2.0], np.float32), "z": np.asarray(other)}
    with pytest.raises(RefusedRequestError, match="Outputs must have one first dimension to be answered in rows"):
        answer_body(outputs, Layout.ROWS)
