"""What the Trainer is told of where it starts from, as one JSON text in its `custom_config`."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from models.binding import bind_or_raise, unbind

__all__ = ["START_KEY", "Start"]

START_KEY: Final = "start"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Start:
    """Where a training starts from.

    Attributes:
        folder: Of the version's files; empty for fresh weights.
        version: As it served; empty for fresh weights.
        fingerprint: Of the state it carries; empty for fresh weights.
        reason: Why it is fresh weights; else empty.
        point: What `components.warm_start.choose` named to start from.
        learned: Tells the rows and the plan of this training from others.
    """

    folder: str = ""
    version: str = ""
    fingerprint: str = ""
    reason: str = ""
    point: str = ""
    learned: str = ""

    def to_json(self) -> str:
        """The same start always gives the same text."""
        return json.dumps(unbind(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Start:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
