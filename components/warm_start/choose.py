"""Which version training goes on from: what serves, or, on rows it has learned from, what it went on from itself."""

from __future__ import annotations

import os
from typing import Final

from components.pusher.folder import versions
from components.warm_start.errors import UnusableStartError
from components.warm_start.state import State, read_state

__all__ = ["NOTHING", "find_start", "starting_point"]

NOTHING: Final = ""  # The starting point of fresh weights.
_NO_STATE: Final = "version "  # Followed by the version that has none that can be read.


def starting_point(directory: str, learned: str) -> str:
    """Names what training on the rows and by the plan `learned` goes on from: the same until something new is pushed.

    Args:
        directory: The served folder; it may be missing.
        learned: See `State`.

    Returns:
        A state's fingerprint; `NOTHING` where nothing serves, or what learned from these rows began with fresh
        weights; else the highest version by name, which carries no state that can be read.
    """
    found = versions(directory)
    for version in reversed(found):
        state = _state(directory, version)
        if state is not None and state.learned == learned:
            return state.parent
    if not found:
        return NOTHING
    state = _state(directory, found[-1])
    return f"{_NO_STATE}{found[-1]}" if state is None else state.fingerprint


def find_start(directory: str, start: str) -> int | None:
    """The newest version that `starting_point` named; what serves where that is gone; None for fresh weights."""
    found = versions(directory)
    if start == NOTHING or not found:
        return None
    for version in reversed(found):
        state = _state(directory, version)
        if start == (f"{_NO_STATE}{version}" if state is None else state.fingerprint):
            return version
    return found[-1]


def _state(directory: str, version: int) -> State | None:
    try:
        return read_state(os.path.join(directory, str(version)))
    except UnusableStartError:
        return None
