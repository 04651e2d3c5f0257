"""The gRPC face of the embedded model server."""

from __future__ import annotations

import concurrent.futures
import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar, final

import grpc
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from pipeline.serving.config import ServerConfig
from pipeline.serving.errors import Code, RefusedRequestError, ServerStartError
from pipeline.serving.server.calls import Calls

__all__ = ["GrpcApi"]

_log: Final = logging.getLogger(__name__)
Request = TypeVar("Request")
Response = TypeVar("Response")


@final
class GrpcApi:
    """Listens on a port and answers `PredictionService` and `ModelService` from `calls`.

    `Classify`, `Regress` and `MultiInference` answer UNIMPLEMENTED.

    Attributes:
        port: The port it listens on.
    """

    def __init__(self, calls: Calls, config: ServerConfig) -> None:
        self._grace_s = config.grace_s
        options = (
            ("grpc.so_reuseport", 0),  # A second server on the port must fail, not share it.
            ("grpc.max_receive_message_length", config.max_request_bytes),
            ("grpc.max_send_message_length", -1),
        )
        executor = concurrent.futures.ThreadPoolExecutor(config.num_threads, thread_name_prefix="grpc")
        self._server = grpc.server(executor, options=options)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(_Prediction(calls), self._server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(_Model(calls), self._server)
        try:
            self.port = self._server.add_insecure_port(f"{config.host}:{config.grpc_port}")
        except RuntimeError as error:
            raise ServerStartError(
                f"`grpc_port` must be free on {config.host}, got {config.grpc_port}: choose another, or 0."
            ) from error
        self._server.start()

    def stop(self) -> None:
        """Takes no new request, and gives those under way `grace_s` to end."""
        self._server.stop(self._grace_s).wait()


class _Prediction(prediction_service_pb2_grpc.PredictionServiceServicer):
    """`PredictionService`, by the names that gRPC calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        return _answer(self._calls.predict, request, context)

    def GetModelMetadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        return _answer(self._calls.metadata, request, context)


class _Model(model_service_pb2_grpc.ModelServiceServicer):
    """`ModelService`, by the names that gRPC calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def GetModelStatus(
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        return _answer(self._calls.status, request, context)


def _answer(call: Callable[[Request], Response], request: Request, context: grpc.ServicerContext) -> Any:
    try:
        return call(request)
    except RefusedRequestError as error:
        context.abort(getattr(grpc.StatusCode, error.code.name), error.message)
    except Exception as error:  # A fault of ours must not end the server; the client is told, the log has it all.
        _log.exception("A gRPC request failed.")
        context.abort(getattr(grpc.StatusCode, Code.INTERNAL.name), f"The server failed: {type(error).__name__}.")
