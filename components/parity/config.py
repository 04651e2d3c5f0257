"""How the exported model is held against the trained one."""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

from models.errors import raise_if_any

__all__ = ["MOST_ROWS", "ParityConfig", "Process"]

MOST_ROWS: Final = 256  # Kept, and asked one by one too.


class Process(enum.Enum):
    """Where the exported model is loaded."""

    FRESH = "fresh"  # A process of its own, as a model server is: nothing that training left behind can help.
    SAME = "same"  # The node's own: some ten seconds sooner.


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParityConfig:
    """How the exported model is held against the trained one before a push.

    Attributes:
        rows: How many eval rows are asked for, of the golden batch that the Trainer has kept with its predictions.
        process: Where the exported model is loaded.
    """

    rows: int = 64
    process: Process = Process.FRESH

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.rows <= MOST_ROWS:
            problems.append(f"`rows` must be between 1 and {MOST_ROWS}, got {self.rows!r}.")
        raise_if_any("parity", problems)
