"""The REST face of the embedded model server."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import logging
import re
import threading
import urllib.parse
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final, TypeVar, final

from aiohttp import web
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_pb2

from pipeline.serving.config import ServerConfig
from pipeline.serving.errors import Code, RefusedRequestError, ServerStartError
from pipeline.serving.server.calls import SIGNATURE_DEF, Calls

__all__ = ["RestApi"]

_log: Final = logging.getLogger(__name__)
# Source: `kPredictionApiGegex` and `kModelStatusApiRegex` in TF Serving's `model_servers/http_rest_api_util.cc`.
_MODEL: Final = r"(?i)/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_POST: Final = re.compile(_MODEL + ":(?P<method>classify|regress|predict)")
_GET: Final = re.compile(_MODEL + "(?P<metadata>/metadata)?")
_PREFIX: Final = re.compile(r"(?i)/v1/.*")
Result = TypeVar("Result")
MAX_VERSION_DIGITS: Final = 18  # Any such number fits the message's int64.


@final
class RestApi:
    """Listens on a port in a thread of its own and answers TF Serving's REST calls from `calls`.

    Attributes:
        port: The port it listens on.
    """

    def __init__(self, calls: Calls, config: ServerConfig) -> None:
        self._calls = calls
        self._config = config
        self._executor = concurrent.futures.ThreadPoolExecutor(config.num_threads, thread_name_prefix="rest")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rest", daemon=True)
        self._thread.start()
        try:
            self._runner = self._on_loop(self._listen())
        except OSError as error:
            self._end_loop()
            raise ServerStartError(
                f"`rest_port` must be free on {config.host}, got {config.rest_port}: choose another, or 0."
            ) from error
        self.port = int(self._runner.addresses[0][1])

    def stop(self) -> None:
        """Takes no new request, and gives those under way `grace_s` to end."""
        self._on_loop(self._runner.cleanup())
        self._end_loop()

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """The body of the answer to one request; blocks while the model runs.

        Args:
            method: Such as "POST".
            path: The URL's path, percent escapes and all.
            body: The request's body.

        Raises:
            RefusedRequestError: The request gets an error status.
        """
        if not _PREFIX.fullmatch(path):
            raise RefusedRequestError(Code.NOT_FOUND, f"Not found: {path}; this server answers /v1/models/NAME.")
        pattern = {"POST": _POST, "GET": _GET}.get(method)
        match = pattern.fullmatch(path) if pattern else None
        if match is None:
            raise RefusedRequestError(Code.INVALID_ARGUMENT, f"Malformed request: {method} {path}.")
        spec = _spec(match)
        if method == "GET":
            return self._metadata(spec) if match["metadata"] else self._status(spec)
        if match["method"].lower() != "predict":
            raise RefusedRequestError(
                Code.UNIMPLEMENTED, f"`{match['method']}` is not offered: ask with :predict and 'signature_name'."
            )
        return self._calls.predict_json(body, spec)

    def _status(self, spec: model_pb2.ModelSpec) -> bytes:
        response = self._calls.status(get_model_status_pb2.GetModelStatusRequest(model_spec=spec))
        return json_format.MessageToJson(response, always_print_fields_with_no_presence=True).encode()

    def _metadata(self, spec: model_pb2.ModelSpec) -> bytes:
        request = get_model_metadata_pb2.GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF])
        response = self._calls.metadata(request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata[SIGNATURE_DEF].Unpack(signatures)
        model_spec, listed = (
            json_format.MessageToDict(
                message, always_print_fields_with_no_presence=True, preserving_proto_field_name=True
            )
            for message in (response.model_spec, signatures)
        )
        return json.dumps({"model_spec": model_spec, "metadata": {SIGNATURE_DEF: listed}}).encode()

    def _on_loop(self, work: Coroutine[None, None, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> web.AppRunner:
        app = web.Application(client_max_size=self._config.max_request_bytes, middlewares=[_errors_as_json])
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=self._config.grace_s)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._config.host, self._config.rest_port).start()
        except OSError:
            await runner.cleanup()
            raise
        return runner

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        path = request.raw_path.partition("?")[0]
        answer = await asyncio.get_running_loop().run_in_executor(
            self._executor, self.answer, request.method, path, body
        )
        return web.Response(body=answer, content_type="application/json")

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._executor.shutdown()


@web.middleware
async def _errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedRequestError as error:
        status, message = error.code.http_status, error.message
    except web.HTTPException as error:  # aiohttp's own, such as a body over the limit.
        status, message = error.status, error.text or error.reason
    except Exception as error:  # A fault of ours must not end the server; the client is told, the log has it all.
        _log.exception("A REST request failed.")
        status, message = Code.INTERNAL.http_status, f"The server failed: {type(error).__name__}."
    return web.json_response({"error": message}, status=status)


def _spec(match: re.Match[str]) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=urllib.parse.unquote(match["name"]))
    if match["version"]:
        if len(match["version"].lstrip("0")) > MAX_VERSION_DIGITS:
            raise RefusedRequestError(
                Code.INVALID_ARGUMENT, f"Failed to convert version: {match['version']} to numeric."
            )
        spec.version.value = int(match["version"])
    if match["label"]:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec
