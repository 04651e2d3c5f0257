"""A model server on a temporary directory, and the ways to ask it for tf.Examples."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from pipeline.serving import (
    Engine,
    Protocol,
    ServerConfig,
    ServerStartError,
    ServingClient,
    ServingConfig,
    ServingError,
)
from pipeline.serving.launch import MODEL_SERVER, model_server_argv
from pipeline.serving.messages import message_class
from pipeline.serving.signatures import PREDICT_COLUMNS, SERVING_DEFAULT

__all__ = ["Served", "serving"]

_NAME: Final = "golden"
_START_WITHIN_S: Final = 120.0
_PAUSE_S: Final = 0.1
_TIMEOUT_S: Final = 60.0  # Of one request: the first one on a busy machine may take long.


@dataclasses.dataclass(frozen=True)
class Served:
    """A server that answers.

    Attributes:
        engine: Which one.
        clients: By protocol.
    """

    engine: Engine
    clients: dict[Protocol, ServingClient]

    def by_examples(self, examples: Sequence[bytes], protocol: Protocol) -> dict[str, np.ndarray]:
        """Scores rows sent as they are, as serialized tf.Examples."""
        client = self.clients[protocol]
        (name,) = client.signature(SERVING_DEFAULT).inputs
        return _arrays(client.predict({name: list(examples)}, signature_name=SERVING_DEFAULT))

    def by_columns(self, examples: Sequence[bytes], protocol: Protocol) -> dict[str, np.ndarray]:
        """Scores rows sent as columns; of several values of a row the first counts, as in `serving_default`."""
        client = self.clients[protocol]
        rows = [message_class("tensorflow.Example").FromString(example).features.feature for example in examples]
        names = client.signature(PREDICT_COLUMNS).inputs
        return _arrays(client.predict({name: [_first(row, name) for row in rows] for name in names}))


@contextlib.contextmanager
def serving(model: str) -> Iterator[Served]:
    """Serves a SavedModel: by TF Serving's own server where it is on the PATH, else by the embedded one.

    Raises:
        ServerStartError: The server ends, or does not serve in time.
    """
    with tempfile.TemporaryDirectory(prefix="golden-") as folder, contextlib.ExitStack() as stack:
        os.symlink(os.path.abspath(model), os.path.join(folder, "1"))
        binary = shutil.which(MODEL_SERVER)
        serve = _embedded(pathlib.Path(folder)) if binary is None else _model_server(binary, pathlib.Path(folder))
        endpoints = stack.enter_context(serve)
        clients = {
            protocol: stack.enter_context(contextlib.closing(_client(protocol, endpoint)))
            for protocol, endpoint in endpoints.items()
        }
        yield Served(Engine.EMBEDDED if binary is None else Engine.MODEL_SERVER, clients)


@contextlib.contextmanager
def _embedded(folder: pathlib.Path) -> Iterator[dict[Protocol, str]]:
    from pipeline.serving.server import LocalModelServer  # Imports TensorFlow.

    config = ServerConfig(model_name=_NAME, model_base_path=folder, grpc_port=0, rest_port=0)
    with LocalModelServer(config) as server:
        server.wait_until_available(_START_WITHIN_S)
        yield {Protocol.GRPC: server.grpc_endpoint, Protocol.REST: server.rest_endpoint}


@contextlib.contextmanager
def _model_server(binary: str, folder: pathlib.Path) -> Iterator[dict[Protocol, str]]:
    grpc_port, rest_port = _free_ports(2)
    config = ServerConfig(model_name=_NAME, model_base_path=folder, grpc_port=grpc_port, rest_port=rest_port)
    endpoints = {Protocol.GRPC: f"{config.host}:{grpc_port}", Protocol.REST: f"{config.host}:{rest_port}"}
    argv = model_server_argv(binary, config)
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with contextlib.closing(_client(Protocol.GRPC, endpoints[Protocol.GRPC])) as client:
            _wait(client, process)
        yield endpoints
    finally:
        process.terminate()
        process.wait()


def _client(protocol: Protocol, endpoint: str) -> ServingClient:
    return ServingClient(ServingConfig(endpoint=endpoint, model_name=_NAME, protocol=protocol, timeout_s=_TIMEOUT_S))


def _wait(client: ServingClient, process: subprocess.Popen[bytes]) -> None:
    """Until the version serves."""
    deadline_s = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise ServerStartError(
                f"`{MODEL_SERVER}` ended with status {process.returncode}: run it by hand to see why."
            )
        with contextlib.suppress(ServingError):
            if any(version.state == "AVAILABLE" for version in client.status()):
                return
        time.sleep(_PAUSE_S)
    raise ServerStartError(f"`{MODEL_SERVER}` must serve within {_START_WITHIN_S:g} s: run it by hand to see why.")


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on now; another program may still be quicker."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for bound in sockets:
            bound.bind(("127.0.0.1", 0))
        return [int(bound.getsockname()[1]) for bound in sockets]


def _first(row: Any, name: str) -> bytes | float | int | None:  # Any: protobuf makes the class at run time.
    kind = row[name].WhichOneof("kind") if name in row else None
    if kind is None:
        return None
    values = getattr(row[name], kind).value
    return values[0] if values else None


def _arrays(outputs: dict[str, list[Any]]) -> dict[str, np.ndarray]:  # Any: columns of numbers, maybe nested.
    return {name: np.asarray(values, np.float64) for name, values in outputs.items()}
