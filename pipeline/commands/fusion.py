"""`evenkeel fusion`: the weights by which what serves makes one score of its predictions."""

from __future__ import annotations

from typing import Final

from pipeline.late import LateGroup

__all__ = ["COMMANDS", "command"]

COMMANDS: Final = {
    "set": "Changes weights of what serves, where the gate lets them pass.",
    "show": "Shows the weights of what serves.",
    "tune": "Searches for other weights, and says how they are set.",
}

command: Final = LateGroup(
    name="fusion",
    help="The weights by which what serves makes one score of its predictions.",
    places={name: f"pipeline.commands.fusion_{name}" for name in COMMANDS},
    summaries=COMMANDS,
)
