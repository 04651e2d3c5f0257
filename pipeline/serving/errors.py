"""Errors of serving, named by what the caller does next."""

from __future__ import annotations

import enum

__all__ = [
    "Code",
    "FinalServingError",
    "RefusedRequestError",
    "RetryableServingError",
    "ServerStartError",
    "ServingError",
]


class ServingError(Exception):
    """Serving went wrong; catch one of the subclasses to know what to do."""


class RetryableServingError(ServingError):
    """Ask again later: no server answered in time, and the same request may then succeed."""


class FinalServingError(ServingError):
    """Change the request or what is served: asking again brings the same answer."""


class ServerStartError(ServingError):
    """Change the server's arguments, or what lies in its directory, and start it again."""


class Code(enum.Enum):
    """The status codes that a model server answers with: gRPC's number and the HTTP status TF Serving gives it.

    Source: `ToHTTPStatusCode` in TensorFlow Serving's `model_servers/http_server.cc`.
    """

    CANCELLED = (1, 499)
    UNKNOWN = (2, 500)
    INVALID_ARGUMENT = (3, 400)
    DEADLINE_EXCEEDED = (4, 504)
    NOT_FOUND = (5, 404)
    ALREADY_EXISTS = (6, 409)
    PERMISSION_DENIED = (7, 403)
    RESOURCE_EXHAUSTED = (8, 429)
    FAILED_PRECONDITION = (9, 400)
    ABORTED = (10, 409)
    OUT_OF_RANGE = (11, 400)
    UNIMPLEMENTED = (12, 501)
    INTERNAL = (13, 500)
    UNAVAILABLE = (14, 503)
    DATA_LOSS = (15, 500)
    UNAUTHENTICATED = (16, 401)

    def __init__(self, number: int, http_status: int) -> None:
        self.number = number
        self.http_status = http_status

    @classmethod
    def of(cls, number: int) -> Code:
        """The code of gRPC's (and TensorFlow's) `number`; `UNKNOWN` for a number that neither defines."""
        return next((code for code in cls if code.number == number), cls.UNKNOWN)


class RefusedRequestError(ServingError):
    """The server answers this request with a status code and a sentence, and lives on.

    Attributes:
        code: What the client is told.
        message: One sentence.
    """

    def __init__(self, code: Code, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
