"""gRPC as TF Serving answers it: names of what answered, metadata, and each refusal with its code."""

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
)

pytestmark = pytest.mark.integration


def request(signature_name="predict_columns", *, name="demo", **inputs):
    made = predict_pb2.PredictRequest()
    made.model_spec.name = name
    made.model_spec.signature_name = signature_name
    for key, values in inputs.items():
        made.inputs[key].CopyFrom(tf.make_tensor_proto(values))
    return made


def test_grpc_names_the_version_and_signature_that_answered(stub):
    response = stub.Predict(request(signature_name="", examples=[b""]))
    assert response.model_spec.name == "demo"
    assert response.model_spec.version.value == 1
    assert response.model_spec.signature_name == "serving_default"


def test_an_output_filter_is_kept(stub):
    asked = request(city=["rome"], age=[1.0])
    asked.output_filter.append("spend")
    assert list(stub.Predict(asked).outputs) == ["spend"]


def test_status_names_each_version(channel):
    asked = get_model_status_pb2.GetModelStatusRequest()
    asked.model_spec.name = "demo"
    (told,) = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(asked).model_version_status
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert (told.version, told.state, told.status.error_code) == (1, available, 0)


def test_metadata_names_the_version_and_its_signatures(stub):
    asked = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    asked.model_spec.name = "demo"
    response = stub.GetModelMetadata(asked)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    assert (response.model_spec.name, response.model_spec.version.value) == ("demo", 1)
    assert {"serving_default", "predict_columns", "__saved_model_init_op"} <= set(signatures.signature_def)
    assert signatures.signature_def["predict_columns"].inputs["age"].dtype == 1


def two_tensors(**fields):
    made = request(city=["rome"], age=[1.0])
    for name, value in fields.items():
        getattr(made.inputs["age"], name).append(value)
    return made


def labelled():
    made = request(city=["rome"], age=[1.0])
    made.model_spec.version_label = "stable"
    return made


def versioned(version):
    made = request(city=["rome"], age=[1.0])
    made.model_spec.version.value = version
    return made


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        (predict_pb2.PredictRequest(), "INVALID_ARGUMENT", "Missing ModelSpec"),
        (request(name=""), "INVALID_ARGUMENT", "ModelSpec has no name specified"),
        (request(name="nope"), "NOT_FOUND", "Servable not found for request: Latest(nope)"),
        (versioned(7), "NOT_FOUND", "Servable not found for request: Specific(demo, 7)"),
        (labelled(), "INVALID_ARGUMENT", "Unrecognized servable version label: stable"),
        (request("nope", x=[1.0]), "FAILED_PRECONDITION", 'Serving signature key "nope" not found'),
        (request(city=["x"]), "INVALID_ARGUMENT", "Missing: ['age']"),
        (request(city=["x"], age=[1.0], aeg=[1.0]), "INVALID_ARGUMENT", "Sent extra: ['aeg']"),
        (request(city=["x"], age=["old"]), "INVALID_ARGUMENT", "Input `age` must be of type DT_FLOAT"),
        (request(city=["x"], age=[[1.0]]), "INVALID_ARGUMENT", "Input `age` must have shape [?], got [1, 1]"),
        (request(city=["x", "y"], age=[1.0, 2.0, 3.0]), "INVALID_ARGUMENT", "Incompatible shapes"),
        (request("serving_default", examples=[b"\x0a\xff\xff"]), "INVALID_ARGUMENT", "pars"),
        (two_tensors(int64_val=1, float_val=2.0), "INVALID_ARGUMENT", "tensor parsing error: age"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_grpc_refuses_with_a_code_and_a_sentence(stub, asked, code, message):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(asked)
    assert caught.value.code().name == code
    assert message in caught.value.details()
    assert "\n" not in caught.value.details()
    assert stub.Predict(request("twice", x=[1.0])).outputs["y"].float_val[0] == 2.0


@pytest.mark.parametrize(
    ("fields", "message"), [([], "must specify at least one metadata_field"), (["x"], "field x is not supported")]
)
def test_metadata_of_another_kind_is_refused(stub, fields, message):
    asked = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    asked.model_spec.name = "demo"
    with pytest.raises(grpc.RpcError, match=message) as caught:
        stub.GetModelMetadata(asked)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_calls_that_are_not_offered_are_unimplemented(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Classify(classification_pb2.ClassificationRequest())
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_request_over_the_limit_is_refused_by_grpc(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request(city=["x" * 9 * 2**20], age=[1.0]))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
