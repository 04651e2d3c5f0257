"""Signatures read from the metadata's JSON."""

import pytest

from pipeline.serving.signatures import TensorSpec, signatures_from_json
from pipeline.serving.tensors import DTYPES

FLOAT_BATCH = {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}]}, "name": "x:0"}


def test_names_types_and_shapes_are_read():
    open_rank = {"dtype": "DT_STRING", "tensor_shape": {"unknown_rank": True}, "name": "s:0"}
    pair = {"dtype": "DT_INT64", "tensor_shape": {"dim": [{"size": "-1"}, {"size": "2"}]}, "name": "p:0"}
    read = signatures_from_json({"ask": {"inputs": {"s": open_rank, "p": pair}, "outputs": {"y": FLOAT_BATCH}}})["ask"]
    assert read.inputs["p"] == TensorSpec("p", DTYPES["DT_INT64"], (None, 2), "p:0")
    assert read.inputs["s"].shape is None
    assert read.outputs["y"].shape == (None,)


@pytest.mark.parametrize(
    "definition",
    [
        {"outputs": {"__saved_model_init_op": {"dtype": "DT_INVALID", "name": "NoOp"}}},
        {"inputs": {"x": FLOAT_BATCH}},
        {"inputs": {"x": {**FLOAT_BATCH, "dtype": "DT_RESOURCE"}}, "outputs": {"y": FLOAT_BATCH}},
        {"inputs": {"x": FLOAT_BATCH}, "outputs": {"y": {**FLOAT_BATCH, "name": "NoOp"}}},
    ],
)
def test_what_no_request_can_ask_is_left_out(definition):
    assert signatures_from_json({"odd": definition}) == {}


@pytest.mark.parametrize(
    ("shape", "given", "takes"),
    [((None,), (3,), True), ((None,), (3, 1), False), ((None, 2), (3, 2), True), ((None, 2), (3, 3), False)],
)
def test_a_shape_is_taken_when_rank_and_fixed_sizes_agree(shape, given, takes):
    assert TensorSpec("x", DTYPES["DT_FLOAT"], shape, "x:0").takes(given) is takes


def test_an_open_rank_takes_any_shape():
    spec = TensorSpec("x", DTYPES["DT_FLOAT"], None, "x:0")
    assert spec.takes(()) and spec.takes((1, 2, 3))
    assert spec.shape_text() == "any shape"
