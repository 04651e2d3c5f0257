"""What every fusion formula is: one equation, from several predictions and columns to one score a row."""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np

from models.arrays import NUMPY, Array, Arrays

__all__ = ["LARGEST_WEIGHT", "LEAST", "Formula", "product_of", "weight_problems"]

LEAST: Final = 2.0**-126  # What stands for 0 or less where a logarithm is taken: no served probability is below it.
LARGEST_WEIGHT: Final = 1e6

_LARGEST_LOG: Final = 700.0  # exp of it is still a float64, and of minus it more than 0.


class Formula(abc.ABC):
    """A frozen declaration. Its weights are a flat vector of named numbers, which may be others than it declares.

    Attributes:
        kind: Its key in the catalogue and in a configuration.
        in_logs: Whether it takes logarithms of what it reads, which must then be above 0.
    """

    kind: str
    in_logs: ClassVar[bool] = False

    @property
    @abc.abstractmethod
    def reads(self) -> tuple[str, ...]:
        """Outputs and columns."""

    @property
    @abc.abstractmethod
    def declared(self) -> dict[str, float]:
        """Every weight by name, as declared: the order is that of a vector of them."""

    @abc.abstractmethod
    def score(self, values: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
        """The equation.

        Args:
            values: By output and column, `[rows]` float64, texts as bytes; nothing is missing or infinite.
            weights: By name, a number or `[rows]` of them.
            arrays: The functions of their library.

        Returns:
            `[rows]` float64, finite; more is better.
        """

    def factors(self, values: Mapping[str, Array], weights: Mapping[str, Array]) -> dict[str, Array]:
        """What it takes logarithms of, `[rows]` by what it reads, before any counts as `LEAST`; see `score`."""
        del values, weights
        return {}

    def problems(self, weights: Mapping[str, float]) -> list[str]:
        """What is wrong with these weights, declared or not; sentences."""
        return weight_problems(weights)

    def score_rows(self, values: Mapping[str, np.ndarray], weights: np.ndarray | None = None) -> np.ndarray:
        """The score of rows offline, as it is served.

        Args:
            values: By each name of `reads`, `[rows]`, as `FusionConfig.prepare` makes them.
            weights: A vector in the order of `declared`; None for what is declared.

        Returns:
            `[rows]` float64, finite.
        """
        given = (
            self.declared if weights is None else dict(zip(self.declared, np.asarray(weights).tolist(), strict=True))
        )
        with np.errstate(all="ignore"):
            return np.asarray(self.score(values, given, NUMPY))


def weight_problems(weights: Mapping[str, float]) -> list[str]:
    """Numbers that no formula can take."""
    return [
        f"weight `{name}` must be between {-LARGEST_WEIGHT:g} and {LARGEST_WEIGHT:g}, got {value!r}."
        for name, value in weights.items()
        if not (math.isfinite(value) and abs(value) <= LARGEST_WEIGHT)
    ]


def product_of(factors: Mapping[str, Array], weights: Mapping[str, Array], arrays: Arrays) -> Array:
    """`[rows]`: the product of factors, each to the power of its weight, by the sum of their logarithms.

    A factor of 0 or less counts as `LEAST`, so that to the power of 0 it is 1, and the product is never 0 / 0. Products
    beyond exp(700) or below exp(-700) are all taken for these.
    """
    least = arrays.number(LEAST)
    terms = [weights[name] * arrays.log(arrays.max(factor, least)) for name, factor in factors.items()]
    total = sum(terms[1:], start=terms[0])
    limit = arrays.number(_LARGEST_LOG)
    return arrays.exp(arrays.min(arrays.max(total, -limit), limit))
