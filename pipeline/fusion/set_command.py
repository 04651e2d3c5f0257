"""The command that puts proposed weights live."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from components.fusion_tuner.proposal import Proposal

__all__ = ["CONFIG_WORD", "set_command"]

CONFIG_WORD: Final = "CONFIG"  # Where the file's path is not known.


def set_command(config: str, proposal: Proposal, overrides: Sequence[str] = ()) -> str:
    """What puts a proposal live where the gate lets it pass, as it is typed; empty where nothing is to be changed.

    Args:
        config: The file's path.
        proposal: What was found.
        overrides: Of the file's values, with which it was found.
    """
    if not proposal.assignments:
        return ""
    given = [f"--set={one}" for one in overrides]
    return shlex.join(["evenkeel", "fusion", "set", config, *proposal.assignments, *given])
