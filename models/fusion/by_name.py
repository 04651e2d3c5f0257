"""What formulas share whose weights are one number for each value that they read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from typing_extensions import override

from models.errors import raise_if_any
from models.fusion.base import Formula

__all__ = ["ByName", "constant_problems"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ByName(Formula):
    """A formula of a weight for each output or column.

    Attributes:
        weights: By output or column.
    """

    weights: dict[str, float]

    def __post_init__(self) -> None:
        raise_if_any("fusion", self.problems(self.declared))

    @property
    @override
    def reads(self) -> tuple[str, ...]:
        return tuple(self.weights)

    @property
    @override
    def declared(self) -> dict[str, float]:
        return dict(self.weights)

    @override
    def problems(self, weights: Mapping[str, float]) -> list[str]:
        """See `Formula`."""
        return [*super().problems(weights), *constant_problems(weights)]


def constant_problems(weights: Mapping[str, float]) -> list[str]:
    """Whether all terms or factors are without effect."""
    if any(weights.values()):
        return []
    return [f"`weights` must hold one that is not 0, got {dict(weights)!r}: every row would have the same score."]
