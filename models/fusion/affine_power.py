"""The product of powers of scores that are scaled and shifted first."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Final, Literal, final

from typing_extensions import override

from models.arrays import Array, Arrays
from models.errors import raise_if_any
from models.fusion.base import Formula, product_of
from models.fusion.by_name import constant_problems

__all__ = ["AffinePower"]

_PLUS: Final = ".plus"
_TIMES: Final = ".times"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class AffinePower(Formula):
    """The product over factors of (plus + times value) to the power of weight.

    A `plus` keeps one small prediction from deciding alone. It and `times` are weights too, `NAME.plus` and
    `NAME.times`, and not below 0.

    Attributes:
        weights: Exponents by output or column.
        plus: By those of `weights` whose own is not 0.
        times: By those of `weights` whose own is not 1.
    """

    kind: Literal["affine_power"] = "affine_power"
    in_logs: ClassVar[bool] = True
    weights: dict[str, float]
    plus: dict[str, float] = dataclasses.field(default_factory=dict)
    times: dict[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            f"`{field}` names `{name}`, which is not among `weights`: add it there, or leave it out."
            for field, given in (("plus", self.plus), ("times", self.times))
            for name in given
            if name not in self.weights
        ]
        raise_if_any("fusion", [*problems, *self.problems(self.declared)])

    @property
    @override
    def reads(self) -> tuple[str, ...]:
        return tuple(self.weights)

    @property
    @override
    def declared(self) -> dict[str, float]:
        plus = {name + _PLUS: self.plus.get(name, 0.0) for name in self.weights}
        return {**self.weights, **plus, **{name + _TIMES: self.times.get(name, 1.0) for name in self.weights}}

    @override
    def problems(self, weights: Mapping[str, float]) -> list[str]:
        """See `Formula`."""
        below = [
            f"`{name}` must be 0 or more, got {value!r}: a factor below 0 has no logarithm."
            for name, value in weights.items()
            if name.endswith((_PLUS, _TIMES)) and value < 0
        ]
        return [
            *super().problems(weights),
            *below,
            *constant_problems({name: weights[name] * weights[name + _TIMES] for name in self.weights}),
        ]

    @override
    def factors(self, values: Mapping[str, Array], weights: Mapping[str, Array]) -> dict[str, Array]:
        return {name: weights[name + _PLUS] + weights[name + _TIMES] * values[name] for name in self.weights}

    @override
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        return product_of(self.factors(values, weights), weights, arrays)
