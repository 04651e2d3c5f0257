"""REST as TF Serving answers it: layouts, status, metadata, and each refusal with its HTTP status."""

import socket

import pytest

pytestmark = pytest.mark.integration


def test_text_that_no_json_can_hold_is_refused_by_rest_with_the_way_out(rest):
    inputs = {"text": [{"b64": "/w=="}], "count": [1], "pair": [[1, 2]], "flag": [True]}
    status, answer = rest("POST", "/v1/models/demo:predict", {"signature_name": "kinds", "inputs": inputs})
    assert status == 400
    assert "name it `text_bytes`, or ask by gRPC" in answer["error"]


def test_the_single_output_has_no_name(rest):
    body = {"signature_name": "twice", "instances": [1.5, 2]}
    assert rest("POST", "/v1/models/demo:predict", body) == (200, {"predictions": [3.0, 4.0]})
    body = {"signature_name": "twice", "inputs": [1.5, 2]}
    assert rest("POST", "/v1/models/demo/versions/1:predict", body) == (200, {"outputs": [3.0, 4.0]})


def test_status_names_each_version(rest):
    version = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    assert rest("GET", "/v1/models/demo") == (200, {"model_version_status": [version]})
    assert rest("GET", "/v1/models/demo/versions/1") == (200, {"model_version_status": [version]})


def test_metadata_names_the_version_and_its_signatures(rest):
    status, answer = rest("GET", "/v1/models/demo/metadata")
    assert status == 200
    assert answer["model_spec"] == {"name": "demo", "signature_name": "", "version": "1"}
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    assert {"serving_default", "predict_columns", "__saved_model_init_op"} <= set(signatures)
    age = signatures["predict_columns"]["inputs"]["age"]
    assert (age["dtype"], age["tensor_shape"]["dim"][0]["size"]) == ("DT_FLOAT", "-1")


GOOD = {"city": ["rome"], "age": [1]}
PREDICT = "/v1/models/demo:predict"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", PREDICT, "{", 400, "JSON Parse error"),
        ("POST", PREDICT, b"\xff", 400, "JSON Parse error"),
        ("POST", PREDICT, {"signature_name": "nope", "inputs": GOOD}, 400, 'Serving signature name: "nope" not found'),
        ("POST", PREDICT, {"signature_name": "predict_columns", "inputs": {"city": ["x"]}}, 400, "Missing named input"),
        (
            "POST",
            PREDICT,
            {"signature_name": "predict_columns", "inputs": {"city": ["x"], "age": ["x"]}},
            400,
            "is not of expected type: DT_FLOAT",
        ),
        (
            "POST",
            PREDICT,
            {"signature_name": "predict_columns", "inputs": {"city": ["x"], "age": [[1]]}},
            400,
            "Input `age` must have shape [?], got [1, 1]",
        ),
        (
            "POST",
            PREDICT,
            {"signature_name": "predict_columns", "inputs": {"city": ["x", "y"], "age": [1, 2, 3]}},
            400,
            "Incompatible shapes",
        ),
        ("POST", PREDICT, {"instances": [{"b64": "Cv//"}]}, 400, "parse"),
        ("POST", PREDICT, {"signature_name": "summary", "instances": [1, 2]}, 400, "ask with 'inputs'"),
        ("POST", "/v1/models/nope:predict", {"inputs": []}, 404, "Servable not found for request: Latest(nope)"),
        ("POST", "/v1/models/demo/versions/7:predict", {"inputs": []}, 404, "Specific(demo, 7)"),
        ("POST", "/v1/models/demo/versions/" + "9" * 30 + ":predict", {"inputs": []}, 400, "Failed to convert version"),
        ("POST", "/v1/models/demo/labels/stable:predict", {"inputs": []}, 400, "Unrecognized servable version label"),
        ("POST", "/v1/models/demo:classify", {"examples": []}, 501, "is not offered"),
        ("POST", "/v1/models/demo", {}, 400, "Malformed request: POST"),
        ("PUT", PREDICT, {}, 400, "Malformed request: PUT"),
        ("GET", PREDICT, None, 400, "Malformed request: GET"),
        ("GET", "/v1/models/nope", None, 404, "Could not find any versions of model nope"),
        ("GET", "/v1/models/demo/versions/7", None, 404, "Could not find version 7 of model demo"),
        ("GET", "/v1/models/nope/metadata", None, 404, "Servable not found for request: Latest(nope)"),
        ("GET", "/", None, 404, "Not found"),
        pytest.param("POST", PREDICT, b"x" * (9 * 2**20), 413, "size", id="too-long"),
    ],
)
def test_rest_refuses_with_a_status_and_a_sentence(rest, method, path, body, status, message):
    answered, answer = rest(method, path, body)
    assert answered == status
    assert message in answer["error"]
    assert rest("POST", PREDICT, {"signature_name": "twice", "instances": [1]}) == (200, {"predictions": [2.0]})


def test_a_connection_that_is_no_http_leaves_the_server_alive(server, rest):
    host, _, port = server.rest_endpoint.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(b"\x00\xff nonsense\r\n\r\n")
        assert b"400" in raw.recv(4096)
    assert rest("GET", "/v1/models/demo")[0] == 200
