"""TF Serving's gRPC API, from the client's side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import grpc
import numpy as np
from google.protobuf import json_format

from pipeline.serving.config import ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError
from pipeline.serving.messages import message_class
from pipeline.serving.signatures import Signature, signatures_from_json
from pipeline.serving.tensors import fill_tensor, read_tensor
from pipeline.serving.transport import Transport, VersionState

__all__ = ["GrpcTransport"]

RETRYABLE_CODES: Final = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED}
)
SIGNATURE_DEF: Final = "signature_def"
# A server that was away is tried again within a request's timeout, not after gRPC's own second and more.
OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)
Message = Any  # The classes are made at run time from the installed protos.


@final
class GrpcTransport(Transport):
    """Asks by messages that are built without importing TensorFlow."""

    def __init__(self, config: ServingConfig) -> None:
        self._config = config
        self._channel = grpc.insecure_channel(config.endpoint, options=OPTIONS)

    def predict(
        self, signature: Signature, inputs: Mapping[str, np.ndarray], *, timeout_s: float
    ) -> dict[str, np.ndarray]:
        """See `Transport`."""
        request = self._request("PredictRequest")
        request.model_spec.signature_name = signature.name
        for name, array in inputs.items():
            fill_tensor(request.inputs[name], array)
        response = self._call("PredictionService/Predict", request, timeout_s=timeout_s)
        return {name: read_tensor(proto) for name, proto in response.outputs.items()}

    def signatures(self, *, timeout_s: float) -> dict[str, Signature]:
        """See `Transport`."""
        request = self._request("GetModelMetadataRequest")
        request.metadata_field.append(SIGNATURE_DEF)
        response = self._call("PredictionService/GetModelMetadata", request, timeout_s=timeout_s)
        listed = message_class("tensorflow.serving.SignatureDefMap")()
        response.metadata[SIGNATURE_DEF].Unpack(listed)
        return signatures_from_json(
            {
                name: json_format.MessageToDict(definition, preserving_proto_field_name=True)
                for name, definition in listed.signature_def.items()
            }
        )

    def status(self, *, timeout_s: float) -> list[VersionState]:
        """See `Transport`."""
        response = self._call(
            "ModelService/GetModelStatus", self._request("GetModelStatusRequest"), timeout_s=timeout_s
        )
        states = [
            VersionState(it.version, type(it).State.Name(it.state), it.status.error_message)
            for it in response.model_version_status
        ]
        return sorted(states, key=lambda state: state.version)

    def close(self) -> None:
        """See `Transport`."""
        self._channel.close()

    def _request(self, kind: str) -> Message:
        request = message_class(f"tensorflow.serving.{kind}")()
        request.model_spec.name = self._config.model_name
        if self._config.version is not None:
            request.model_spec.version.value = self._config.version
        return request

    def _call(self, method: str, request: Message, *, timeout_s: float) -> Message:
        response_class = message_class(request.DESCRIPTOR.full_name.replace("Request", "Response"))
        call = self._channel.unary_unary(
            f"/tensorflow.serving.{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=response_class.FromString,
        )
        try:
            return call(request, timeout=timeout_s)
        except grpc.RpcError as error:
            code = error.code()
            message = f"The model server at {self._config.endpoint} answered {code.name} to {method}: {error.details()}"
            if code in RETRYABLE_CODES:
                raise RetryableServingError(message) from error
            raise FinalServingError(message) from error
