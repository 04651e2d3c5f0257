"""What a training went on from, for its report."""

from __future__ import annotations

import dataclasses

from models.warm_start.record import Carried

__all__ = ["WarmStartRecord"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class WarmStartRecord:
    """What a training went on from.

    Attributes:
        version: The served version; empty if it began with fresh weights.
        reason: Why it did; else empty.
        steps: Made before it, by whatever trained the version and all versions before.
        variables: What became of each.
        left: Weights of the version that this model has none of the name of.
    """

    version: str
    reason: str = ""
    steps: int = 0
    variables: tuple[Carried, ...] = ()
    left: tuple[str, ...] = ()
