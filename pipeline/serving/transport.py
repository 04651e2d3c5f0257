"""What a client needs of a protocol: one call each for scores, signatures and status."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping

import numpy as np

from pipeline.serving.signatures import Signature

__all__ = ["Transport", "VersionState"]


@dataclasses.dataclass(frozen=True)
class VersionState:
    """What a server says of one version.

    Attributes:
        version: Its number.
        state: Such as "AVAILABLE".
        error: Why it could not be loaded; empty when it could.
    """

    version: int
    state: str
    error: str


class Transport(abc.ABC):
    """One protocol to one server; calls may come from many threads.

    Every call raises `RetryableServingError` or `FinalServingError`.
    """

    @abc.abstractmethod
    def predict(
        self, signature: Signature, inputs: Mapping[str, np.ndarray], *, timeout_s: float
    ) -> dict[str, np.ndarray]:
        """Scores `inputs`, which fit `signature`, and returns its outputs by name."""

    @abc.abstractmethod
    def signatures(self, *, timeout_s: float) -> dict[str, Signature]:
        """The signatures that the served version can be asked by."""

    @abc.abstractmethod
    def status(self, *, timeout_s: float) -> list[VersionState]:
        """Where the server's versions are in their life, the lowest number first."""

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the connections."""
