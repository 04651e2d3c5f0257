"""The model server's calls on TF Serving's messages, whatever carried them here."""

from __future__ import annotations

from typing import Final, final

from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    predict_pb2,
)

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.server.predict_json import answer_body, read_body
from pipeline.serving.server.versions import Versions, VersionStatus
from pipeline.serving.tensors import fill_tensor, read_tensor

__all__ = ["SIGNATURE_DEF", "Calls"]

SIGNATURE_DEF: Final = "signature_def"  # The one metadata field there is.


@final
class Calls:
    """Answers requests from the versions of one model; every refusal is a `RefusedRequestError`."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    def predict(self, request: predict_pb2.PredictRequest) -> predict_pb2.PredictResponse:
        """Runs a signature on the request's tensors."""
        with self._versions.lease(self._version(request)) as model:
            signature = model.signature(request.model_spec.signature_name)
            inputs = {}
            for name, proto in request.inputs.items():
                try:
                    inputs[name] = read_tensor(proto)
                except ValueError as error:
                    message = f"tensor parsing error: {name}: {error}"
                    raise RefusedRequestError(Code.INVALID_ARGUMENT, message) from error
            outputs = model.run(signature, inputs, output_filter=request.output_filter)
            response = predict_pb2.PredictResponse()
            self._fill_spec(response.model_spec, model.version)
            response.model_spec.signature_name = signature.name
        for name, array in outputs.items():
            fill_tensor(response.outputs[name], array)
        return response

    def predict_json(self, body: bytes, spec: model_pb2.ModelSpec) -> bytes:
        """Runs a signature on the values of a REST body and writes the answer's body."""
        parsed = read_body(body)
        with self._versions.lease(self._version_of(spec)) as model:
            if parsed.signature_name and parsed.signature_name not in model.signatures:
                raise RefusedRequestError(
                    Code.INVALID_ARGUMENT,
                    f'Serving signature name: "{parsed.signature_name}" not found in signature def.',
                )
            signature = model.signature(parsed.signature_name)
            outputs = model.run(signature, parsed.inputs(signature))
        return answer_body(outputs, parsed.layout)

    def metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Names the version that serves and its signatures."""
        version = self._version(request)
        if not request.metadata_field:
            raise RefusedRequestError(
                Code.INVALID_ARGUMENT, "GetModelMetadataRequest must specify at least one metadata_field."
            )
        unknown = set(request.metadata_field) - {SIGNATURE_DEF}
        if unknown:
            raise RefusedRequestError(Code.INVALID_ARGUMENT, f"Metadata field {min(unknown)} is not supported.")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        listed = get_model_metadata_pb2.SignatureDefMap()
        with self._versions.lease(version) as model:
            self._fill_spec(response.model_spec, model.version)
            for name, definition in model.signature_defs.items():
                listed.signature_def[name].CopyFrom(definition)
        response.metadata[SIGNATURE_DEF].Pack(listed)
        return response

    def status(
        self, request: get_model_status_pb2.GetModelStatusRequest
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Tells where each version, or the one asked for, is in its life."""
        version = self._version(request, must_be_known=False)
        name = request.model_spec.name
        statuses = self._versions.statuses() if name == self._versions.model_name else []
        if version is not None:
            statuses = [status for status in statuses if status.version == version]
        if not statuses:
            wanted = "any versions" if version is None else f"version {version}"
            raise RefusedRequestError(Code.NOT_FOUND, f"Could not find {wanted} of model {name}.")
        response = get_model_status_pb2.GetModelStatusResponse()
        for status in statuses:
            _fill_status(response.model_version_status.add(), status)
        return response

    def _version(
        self,
        request: predict_pb2.PredictRequest
        | get_model_metadata_pb2.GetModelMetadataRequest
        | get_model_status_pb2.GetModelStatusRequest,
        *,
        must_be_known: bool = True,
    ) -> int | None:
        if not request.HasField("model_spec"):
            raise RefusedRequestError(Code.INVALID_ARGUMENT, "Missing ModelSpec.")
        return self._version_of(request.model_spec, must_be_known=must_be_known)

    def _version_of(self, spec: model_pb2.ModelSpec, *, must_be_known: bool = True) -> int | None:
        if not spec.name and must_be_known:
            raise RefusedRequestError(Code.INVALID_ARGUMENT, "ModelSpec has no name specified.")
        if spec.version_label:
            raise RefusedRequestError(
                Code.INVALID_ARGUMENT, f"Unrecognized servable version label: {spec.version_label}."
            )
        version = spec.version.value if spec.HasField("version") else None
        if must_be_known and spec.name != self._versions.model_name:
            wanted = f"Latest({spec.name})" if version is None else f"Specific({spec.name}, {version})"
            raise RefusedRequestError(
                Code.NOT_FOUND,
                f"Servable not found for request: {wanted}; `{self._versions.model_name}` is served here.",
            )
        return version

    def _fill_spec(self, spec: model_pb2.ModelSpec, version: int) -> None:
        spec.name = self._versions.model_name
        spec.version.value = version


def _fill_status(proto: get_model_status_pb2.ModelVersionStatus, status: VersionStatus) -> None:
    proto.version = status.version
    proto.state = status.state.value
    proto.status.error_code = status.code.number if status.code else 0
    proto.status.error_message = status.message
