"""The product of powers of scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal, final

from typing_extensions import override

from models.arrays import Array, Arrays
from models.fusion.base import product_of
from models.fusion.by_name import ByName

__all__ = ["PowerProduct"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class PowerProduct(ByName):
    """The product over factors of value to the power of weight, such as pCTR^a pCVR^b price^c.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 1.
    Differs: any factor may be a raw column. The weights are exponents.
    """

    kind: Literal["power_product"] = "power_product"
    in_logs: ClassVar[bool] = True

    @override
    def factors(self, values: Mapping[str, Array], weights: Mapping[str, Array]) -> dict[str, Array]:
        del weights
        return {name: values[name] for name in self.weights}

    @override
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        return product_of(self.factors(values, weights), weights, arrays)
