"""The weighted sum of scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal, final

from typing_extensions import override

from models.arrays import Array, Arrays
from models.errors import raise_if_any
from models.fusion.base import Formula

__all__ = ["WeightedSum"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightedSum(Formula):
    """The sum over terms of weight times value.

    Attributes:
        weights: By output or column.
    """

    kind: Literal["weighted_sum"] = "weighted_sum"
    weights: dict[str, float]

    def __post_init__(self) -> None:
        raise_if_any("fusion", self.problems(self.weights))

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
        return [*super().problems(weights), *constant_problems(weights)]

    @override
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        del arrays
        terms = [weights[name] * values[name] for name in self.weights]
        return sum(terms[1:], start=terms[0])


def constant_problems(weights: Mapping[str, float]) -> list[str]:
    """Whether all terms or factors are without effect."""
    if any(weights.values()):
        return []
    return [f"`weights` must hold one that is not 0, got {dict(weights)!r}: every row would have the same score."]
