"""The weighted sum of scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal, final

from typing_extensions import override

from models.arrays import Array, Arrays
from models.fusion.by_name import ByName

__all__ = ["WeightedSum"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightedSum(ByName):
    """The sum over terms of weight times value."""

    kind: Literal["weighted_sum"] = "weighted_sum"

    @override
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        del arrays
        terms = [weights[name] * values[name] for name in self.weights]
        return sum(terms[1:], start=terms[0])
