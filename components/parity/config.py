"""How the exported model is held against the trained one."""

from __future__ import annotations

import dataclasses
import enum

from models.errors import raise_if_any

__all__ = ["ParityConfig", "Process"]

_MOST_ROWS = 256  # Asked one by one too.


class Process(enum.Enum):
    """Where the exported model is loaded."""

    FRESH = "fresh"  # A process of its own, as a model server is: nothing that training left behind can help.
    SAME = "same"  # The node's own: some ten seconds sooner.


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParityConfig:
    """How the exported model is held against the trained one before a push.

    Attributes:
        rows: How many eval rows are kept with the trainer's predictions, the golden batch.
        process: Where the exported model is loaded.
    """

    rows: int = 64
    process: Process = Process.FRESH

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.rows <= _MOST_ROWS:
            problems.append(f"`rows` must be between 1 and {_MOST_ROWS}, got {self.rows!r}.")
        raise_if_any("parity", problems)
