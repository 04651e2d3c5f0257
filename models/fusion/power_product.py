"""The product of powers of scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal, final

from typing_extensions import override

from models.arrays import Array, Arrays
from models.errors import raise_if_any
from models.fusion.base import Formula, product_of
from models.fusion.weighted_sum import constant_problems

__all__ = ["PowerProduct"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class PowerProduct(Formula):
    """The product over factors of value to the power of weight, such as pCTR^a pCVR^b price^c.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 1.
    Differs: any factor may be a raw column.

    Attributes:
        weights: Exponents by output or column.
    """

    kind: Literal["power_product"] = "power_product"
    in_logs: ClassVar[bool] = True
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
        return product_of({name: values[name] for name in self.weights}, weights, arrays)
