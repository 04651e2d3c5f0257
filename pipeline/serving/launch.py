"""Starts a model server and stays until it is told to stop."""

from __future__ import annotations

import dataclasses
import enum
import os
import pathlib
import shutil
import signal
import sys
import threading
import time
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pipeline.serving.config import ServerConfig
from pipeline.serving.errors import ServerStartError

if TYPE_CHECKING:
    from pipeline.serving.server import LocalModelServer

__all__ = ["Engine", "Running", "model_server_argv", "serve"]

MODEL_SERVER: Final = "tensorflow_model_server"
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
WAIT_SLICE_S: Final = 0.2  # How late a stop signal may be seen while the first version loads.


class Engine(enum.Enum):
    """Which server answers.

    `AUTO`: TF Serving's own when it is on the PATH, else the embedded one.
    """

    AUTO = "auto"
    MODEL_SERVER = "tensorflow_model_server"
    EMBEDDED = "embedded"


@dataclasses.dataclass(frozen=True)
class Running:
    """A server that has begun to serve.

    Attributes:
        engine: Which one it is.
        grpc_endpoint: `host:port`.
        rest_endpoint: `host:port`.
        version: The version that serves; `None` when TF Serving's own server has yet to say.
    """

    engine: Engine
    grpc_endpoint: str
    rest_endpoint: str
    version: int | None


def serve(
    config: ServerConfig,
    *,
    on_start: Callable[[Running], None],
    engine: Engine = Engine.AUTO,
    available_within_s: float = 60.0,
) -> None:
    """Serves until SIGINT or SIGTERM, then lets requests under way end and returns.

    TF Serving's own server takes this process over: its signals and exit status are then the caller's.

    Args:
        config: What to serve and where.
        on_start: Called once when the embedded server answers, or before TF Serving's own takes over.
        engine: Which server; `AUTO` prefers TF Serving's own.
        available_within_s: Seconds the embedded server may take to load a first version.

    Raises:
        ServerStartError: Nothing can be served by these arguments.
    """
    if not config.model_base_path.is_dir():
        raise ServerStartError(
            f"`model_base_path` must be a directory with numbered versions, got {config.model_base_path}: "
            "run the pipeline to push a model there."
        )
    binary = shutil.which(MODEL_SERVER) if engine is not Engine.EMBEDDED else None
    if binary is None and engine is Engine.MODEL_SERVER:
        raise ServerStartError(f"`{MODEL_SERVER}` must be on the PATH: install TF Serving, or serve embedded.")
    if binary is not None:
        _become(binary, config, on_start)
    else:
        _serve_embedded(config, on_start, available_within_s=available_within_s)


def model_server_argv(binary: str, config: ServerConfig) -> list[str]:
    """The command line of TF Serving's own server.

    Raises:
        ServerStartError: A port is 0, which that server takes for "do not listen".
    """
    if 0 in (config.grpc_port, config.rest_port):
        raise ServerStartError(f"`grpc_port` and `rest_port` must be chosen for {MODEL_SERVER}, got 0.")
    return [
        binary,
        f"--port={config.grpc_port}",
        f"--rest_api_port={config.rest_port}",
        f"--model_name={config.model_name}",
        f"--model_base_path={absolute(config.model_base_path)}",
        f"--file_system_poll_wait_seconds={max(1, round(config.poll_s))}",
    ]


def absolute(path: pathlib.Path) -> pathlib.Path:
    """`path` from the root, which TF Serving asks for."""
    return pathlib.Path(os.path.abspath(path))  # Not resolve(): a symbolic link may be swapped later.


def _become(binary: str, config: ServerConfig, on_start: Callable[[Running], None]) -> None:
    argv = model_server_argv(binary, config)
    on_start(
        Running(
            Engine.MODEL_SERVER, f"{config.host}:{config.grpc_port}", f"{config.host}:{config.rest_port}", version=None
        )
    )
    for stream in (sys.stdout, sys.stderr):  # What lies in Python's buffers does not outlive the next call.
        stream.flush()
    os.execv(binary, argv)


def _serve_embedded(config: ServerConfig, on_start: Callable[[Running], None], *, available_within_s: float) -> None:
    from pipeline.serving.server import LocalModelServer  # Imports TensorFlow.

    stopping = threading.Event()

    def stop(number: int, frame: types.FrameType | None) -> None:
        stopping.set()

    previous = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        with LocalModelServer(config) as server:
            version = _first_version(server, stopping, within_s=available_within_s)
            if version is not None:
                on_start(Running(Engine.EMBEDDED, server.grpc_endpoint, server.rest_endpoint, version))
            stopping.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _first_version(server: LocalModelServer, stopping: threading.Event, *, within_s: float) -> int | None:
    deadline_s = time.monotonic() + within_s
    while not stopping.is_set():
        try:
            return server.wait_until_available(WAIT_SLICE_S)
        except ServerStartError:
            if time.monotonic() >= deadline_s:
                raise
    return None
