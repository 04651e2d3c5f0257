"""Errors of the pipeline, named by what the caller does next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.errors import ConfigError

__all__ = ["ROOMS", "ConfigFileError", "NotPushedError", "RunFailedError", "reason_of"]

ROOMS: Final = ("models", "components", "pipeline", "kubeflow")


class ConfigFileError(ConfigError):
    """A configuration file must be corrected: every problem with its line and column."""

    def __init__(self, path: str, located: Sequence[tuple[str, str]]) -> None:
        super().__init__(path, [message for _, message in located])
        self.located = tuple(located)

    def __str__(self) -> str:
        return "\n".join(f"{self.section}:{mark}: {message}" for mark, message in self.located)


class RunFailedError(RuntimeError):
    """A node of the pipeline stopped the run; nothing was pushed by it.

    Attributes:
        node: The node's name.
        reason: What it said.
        planned: Names of all nodes in order.
    """

    def __init__(self, node: str, reason: str, planned: Sequence[str] = ()) -> None:
        super().__init__(f"{node} stopped the run: {reason}")
        self.node = node
        self.reason = reason
        self.planned = tuple(planned)


class NotPushedError(RuntimeError):
    """The run ended, and its gate refused the model, or another push came first: what serves goes on."""


def reason_of(error: BaseException) -> str:
    """What the innermost of our own errors says, else the last line of the outermost."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    ours = [link for link in chain if type(link).__module__.partition(".")[0] in ROOMS]
    spoken = ours[0] if ours else error
    return str(spoken) or type(spoken).__name__
