"""A score that its user writes down."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Mapping
from typing import Final, Literal, final

import numpy as np
from typing_extensions import override

from models.arrays import Array, Arrays
from models.errors import ConfigError, raise_if_any
from models.expression import Column, Expression, evaluate, parse
from models.fusion.base import LARGEST_WEIGHT, Formula
from models.fusion.columns import missing_name

__all__ = ["ExpressionFormula"]

_TRIED: Final = 256  # Rows of each size by which a constant score is noticed.
_SIZES: Final = (1.0, 1e6, -1e6)  # Chances, and amounts: of them max(price - 10, 0) differs, of chances it does not.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class ExpressionFormula(Formula):
    """An expression in the grammar of labels, over outputs, columns and named weights.

    Where a column's value is missing, what is declared for it stands there, and `is_missing(column)` is true.

    Attributes:
        expression: Such as `click * (1 + alpha * buy) + beta * log1p(price)`.
        weights: By their names in the expression.
        otherwise: The score where the expression has none, as after a division by 0.
    """

    kind: Literal["formula"] = "formula"
    expression: str
    weights: dict[str, float] = dataclasses.field(default_factory=dict)
    otherwise: float = 0.0

    def __post_init__(self) -> None:
        try:
            columns = self._parsed.columns
        except ConfigError as error:
            raise_if_any("fusion", [f"`expression`: {problem}" for problem in error.problems])
        problems = [
            f"`weights` names `{name}`, which the expression does not read: leave it out."
            for name in self.weights
            if name not in columns
        ]
        if not abs(self.otherwise) <= LARGEST_WEIGHT:
            problems.append(f"`otherwise` must be between -1e6 and 1e6, got {self.otherwise!r}.")
        if not self.reads:
            problems.append("`expression` reads no output: every row would have the same score.")
        raise_if_any("fusion", problems or self.problems(self.weights))

    @functools.cached_property
    def _parsed(self) -> Expression:
        return parse(self.expression)

    @property
    @override
    def reads(self) -> tuple[str, ...]:
        return tuple(name for name in self._parsed.columns if name not in self.weights)

    @property
    def asked(self) -> tuple[str, ...]:
        """Of what it asks `is_missing`."""
        return self._parsed.asked

    @property
    def types(self) -> dict[str, str]:
        """What names of `reads` are taken for, "number" or "string"; without those that may be either."""
        kinds = self._parsed.columns
        return {name: kind.value for name in self.reads if (kind := kinds[name]) is not None}

    @property
    @override
    def declared(self) -> dict[str, float]:
        return dict(self.weights)

    @override
    def problems(self, weights: Mapping[str, float]) -> list[str]:
        found = super().problems(weights)
        return found or self._constant_problems(weights)

    @override
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        known = arrays.truth(True)
        columns = {name: Column(values[name], known) for name in self.reads}
        columns |= {name: Column(values[name], known, values[missing_name(name)]) for name in self.asked}
        columns |= {name: Column(arrays.number(weights[name]), known) for name in self.weights}
        first = values[self.reads[0]]
        result = evaluate(self._parsed, columns, arrays.size(first), arrays=arrays)
        return arrays.where(result.known, result.values, arrays.number(self.otherwise))

    def _constant_problems(self, weights: Mapping[str, float]) -> list[str]:
        """By trying, unless it asks or compares, which may be seldom true."""
        asks = (ast.Compare, ast.BoolOp, ast.IfExp)
        if self.asked or any(isinstance(node, asks) for node in ast.walk(self._parsed.tree)):
            return []
        draws = np.random.default_rng(0)
        sizes = np.repeat(_SIZES, _TRIED)
        rows = {name: sizes * draws.uniform(0.01, 0.99, len(sizes)) for name in self.reads}
        if np.ptp(self.score_rows(rows, np.array([weights[name] for name in self.weights]))) > 0:
            return []
        return [f"`{self.expression}` with {dict(weights)!r} is the same number in every row: change the weights."]
