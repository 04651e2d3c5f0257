"""How a client asks for scores and how a server offers them."""

from __future__ import annotations

import dataclasses
import enum
import math
import pathlib
import re

from models.errors import raise_if_any

__all__ = ["Protocol", "ServerConfig", "ServingConfig"]

# A name is a part of the REST path, and TF Serving ends it at "/" or ":".
_NAME = re.compile(r"[^/:\s]+")


class Protocol(enum.Enum):
    """What the client speaks; each has a port of its own at the server."""

    GRPC = "grpc"
    REST = "rest"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServingConfig:
    """How the client asks for scores.

    Attributes:
        endpoint: `host:port` of the model server, the port being the protocol's.
        model_name: The name the server gives the model.
        protocol: gRPC or REST; the answers are the same.
        version: Only this version may answer; the newest when not declared.
        timeout_s: Seconds for one request, its retries included.
    """

    endpoint: str
    model_name: str
    protocol: Protocol
    version: int | None = None
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        problems = []
        host, _, port = self.endpoint.rpartition(":")
        if not host or not port.isdigit():
            problems.append(f"`endpoint` must be host:port, got {self.endpoint!r}: drop the scheme and the path.")
        problems += _name_problems(self.model_name)
        if self.version is not None and self.version < 0:
            problems.append(f"`version` must be 0 or more, got {self.version!r}.")
        if not 0 < self.timeout_s < math.inf:
            problems.append(f"`timeout_s` must be positive, got {self.timeout_s!r}.")
        raise_if_any("serving", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """How a model server offers one model.

    Attributes:
        model_name: The name that requests use.
        model_base_path: Holds one numbered directory a version; what the Pusher writes to.
        grpc_port: 0 lets the system choose (embedded server only).
        rest_port: 0 lets the system choose (embedded server only).
        host: The interface of the embedded server; TF Serving's own listens on all of them.
        poll_s: Seconds between two looks for new versions.
        num_threads: Requests that the embedded server runs at a time, per protocol.
        max_request_bytes: Longer requests are refused by the embedded server.
        grace_s: Seconds that requests under way get when the embedded server stops.
    """

    model_name: str
    model_base_path: pathlib.Path
    grpc_port: int = 8500
    rest_port: int = 8501
    host: str = "127.0.0.1"
    poll_s: float = 1.0
    num_threads: int = 8
    max_request_bytes: int = 64 * 2**20
    grace_s: float = 10.0

    def __post_init__(self) -> None:
        problems = _name_problems(self.model_name)
        for name, port in (("grpc_port", self.grpc_port), ("rest_port", self.rest_port)):
            if not 0 <= port < 2**16:
                problems.append(f"`{name}` must be a port, 0 to 65535, got {port!r}.")
        if self.grpc_port == self.rest_port != 0:
            problems.append(f"`grpc_port` and `rest_port` must differ, got {self.grpc_port!r} twice.")
        for name in ("poll_s", "num_threads", "max_request_bytes", "grace_s"):
            if not 0 < getattr(self, name) < math.inf:
                problems.append(f"`{name}` must be positive, got {getattr(self, name)!r}.")
        raise_if_any("server", problems)


def _name_problems(model_name: str) -> list[str]:
    if _NAME.fullmatch(model_name):
        return []
    return [f"`model_name` must be one word without '/' and ':', got {model_name!r}."]
