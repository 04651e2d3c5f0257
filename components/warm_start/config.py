"""Whether training goes on from the model that serves, as declared."""

from __future__ import annotations

import dataclasses
import enum

__all__ = ["Unusable", "WarmStartConfig"]


class Unusable(enum.Enum):
    """What to do if training cannot go on from what serves, though something does.

    `STOP`: the run ends with an error that says why.
    `COLD`: training begins with fresh weights, and the report says why.
    """

    STOP = "stop"
    COLD = "cold"


@dataclasses.dataclass(frozen=True, kw_only=True)
class WarmStartConfig:
    """Training goes on from the model that serves; where none does, it begins with fresh weights.

    Each pushed version then carries the state of its optimizer, which makes it larger by what that holds: once the
    weights with Adagrad, twice with Adam.

    Attributes:
        unusable: What to do where a version serves that was pushed without such a state, cannot be read, or is of
            another architecture or interaction.
    """

    unusable: Unusable
