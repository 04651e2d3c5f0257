"""Raw columns as formulas read them: never missing, never infinite, within declared limits."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from models.arrays import Array, Arrays
from models.errors import raise_if_any

__all__ = ["FusionColumn", "missing_name"]

_LARGEST: Final = float(np.finfo(np.float32).max)


def missing_name(column: str) -> str:
    """By which formulas read, beside a column, where its value was missing."""
    return f"is_missing({column})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusionColumn:
    """One raw column that formulas read, which is not transformed.

    Attributes:
        missing: What stands for a missing value; a text for a column of texts.
        least: Smaller numbers count as this.
        most: Larger numbers count as this.
    """

    missing: float | str
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        limits = {"least": self.least, "most": self.most}
        given = {field: value for field, value in limits.items() if value is not None}
        problems = [f"`{field}` must be finite, got {value!r}." for field, value in given.items() if math.isinf(value)]
        if self.is_text and given:
            problems.append(f"`{next(iter(given))}` is for numbers, but `missing` is the text {self.missing!r}.")
        if isinstance(self.missing, float) and math.isinf(self.missing):
            problems.append(f"`missing` must be finite, got {self.missing!r}.")
        if self.least is not None and self.most is not None and not self.least < self.most:
            problems.append(f"`least` must be below `most`, got {self.least!r} and {self.most!r}.")
        raise_if_any("fusion", problems)

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return isinstance(self.missing, str)

    def is_missing(self, values: Array, arrays: Arrays) -> Array:
        """`[rows]` truth values: NaN, of texts "", is missing."""
        return arrays.equal(values, b"") if self.is_text else arrays.is_nan(arrays.number(values))

    def prepare(self, values: Array, arrays: Arrays) -> Array:
        """`[rows]`, of numbers float64, without what is missing."""
        is_missing = self.is_missing(values, arrays)
        if isinstance(self.missing, str):
            return arrays.where(is_missing, self.missing.encode(), values)
        known = arrays.where(is_missing, arrays.number(self.missing), arrays.number(values))
        least = arrays.number(-_LARGEST if self.least is None else self.least)
        most = arrays.number(_LARGEST if self.most is None else self.most)
        return arrays.min(arrays.max(known, least), most)
