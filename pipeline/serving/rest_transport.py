"""TF Serving's REST API, from the client's side."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
import urllib3

from pipeline.serving.config import ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError
from pipeline.serving.signatures import Signature, TensorSpec, signatures_from_json
from pipeline.serving.transport import Transport, VersionState

__all__ = ["RestTransport"]

# What a server or a proxy before it answers when the same request may succeed later.
RETRYABLE_STATUSES: Final = frozenset({409, 429, 502, 503, 504})
NUM_CONNECTIONS: Final = 8
BASE64_KEY: Final = "b64"


@final
class RestTransport(Transport):
    """Asks in columns, so that one large request is compact."""

    def __init__(self, config: ServingConfig) -> None:
        self._endpoint = config.endpoint
        host, _, port = config.endpoint.rpartition(":")
        self._pool = urllib3.HTTPConnectionPool(host.strip("[]"), int(port), maxsize=NUM_CONNECTIONS)
        name = urllib.parse.quote(config.model_name, safe="")
        self._path = f"/v1/models/{name}" + ("" if config.version is None else f"/versions/{config.version}")

    def predict(
        self, signature: Signature, inputs: Mapping[str, np.ndarray], *, timeout_s: float
    ) -> dict[str, np.ndarray]:
        """See `Transport`."""
        columns = {name: _json_of(array) for name, array in inputs.items()}
        body = json.dumps({"signature_name": signature.name, "inputs": columns}).encode()
        outputs = self._ask("POST", f"{self._path}:predict", key="outputs", body=body, timeout_s=timeout_s)
        if len(signature.outputs) == 1:  # The server leaves the name of a single output out.
            outputs = {next(iter(signature.outputs)): outputs}
        return {name: _array_of(value, signature.outputs[name]) for name, value in outputs.items()}

    def signatures(self, *, timeout_s: float) -> dict[str, Signature]:
        """See `Transport`."""
        metadata = self._ask("GET", f"{self._path}/metadata", key="metadata", timeout_s=timeout_s)
        return signatures_from_json(metadata["signature_def"]["signature_def"])

    def status(self, *, timeout_s: float) -> list[VersionState]:
        """See `Transport`."""
        listed = self._ask("GET", self._path, key="model_version_status", timeout_s=timeout_s)
        states = [VersionState(int(it["version"]), it["state"], it["status"]["error_message"]) for it in listed]
        return sorted(states, key=lambda state: state.version)

    def close(self) -> None:
        """See `Transport`."""
        self._pool.close()

    def _ask(self, method: str, path: str, *, key: str, timeout_s: float, body: bytes | None = None) -> Any:
        try:
            response = self._pool.request(
                method,
                path,
                body=body,
                headers={"Content-Type": "application/json"},
                timeout=urllib3.Timeout(total=timeout_s),
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise RetryableServingError(f"The model server at {self._endpoint} did not answer: {error}.") from error
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = None
        if response.status == 200 and isinstance(answer, dict) and key in answer:
            return answer[key]
        told = answer["error"] if isinstance(answer, dict) and "error" in answer else f"no JSON with {key!r}"
        message = f"The model server at {self._endpoint} answered {response.status} to {method} {path}: {told}"
        if response.status in RETRYABLE_STATUSES:
            raise RetryableServingError(message)
        raise FinalServingError(message)


def _json_of(array: np.ndarray) -> Any:
    if array.dtype != np.object_:
        return array.tolist()
    texts = np.empty(array.shape, dtype=object)
    texts.ravel()[:] = [_json_text(value) for value in array.ravel().tolist()]
    return texts.tolist()


def _json_text(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {BASE64_KEY: base64.b64encode(value).decode("ascii")}


def _array_of(value: Any, spec: TensorSpec) -> np.ndarray:
    if spec.dtype.numpy != np.object_:
        return np.array(value, dtype=spec.dtype.numpy)
    shape = np.shape(value)
    array = np.empty(shape, dtype=object)
    array.ravel()[:] = [_bytes_of(it) for it in np.array(value, dtype=object).ravel().tolist()]
    return array


def _bytes_of(value: str | dict[str, str]) -> bytes:
    return base64.b64decode(value[BASE64_KEY]) if isinstance(value, dict) else value.encode()
