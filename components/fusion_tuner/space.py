"""Which weights are searched, and between what."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Final

from models.binding import nearest
from models.errors import raise_if_any
from models.fusion import AffinePower, Formula, PowerProduct, WeightedSum

__all__ = ["Bounds", "end_problems", "scales", "space_problems"]

_DIGITS: Final = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between what a weight is searched.

    Attributes:
        least: The lower end.
        most: The upper end.
    """

    least: float
    most: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.least) and math.isfinite(self.most) and self.least < self.most):
            problem = f"`least` must be below `most`, both finite, got {self.least!r} and {self.most!r}."
            raise_if_any("fusion tuner", [problem])

    def rounded(self, value: float) -> float:
        """A weight between the ends, to a thousandth of what lies between them or less, with no digit more."""
        decimals = _DIGITS - math.floor(math.log10(self.most - self.least))
        return min(max(round(value, decimals) + 0.0, self.least), self.most)  # No -0.


def scales(formula: Formula) -> tuple[tuple[str, ...], ...]:
    """Names of weights that, multiplied together by one number above 0, leave every order as it was."""
    if isinstance(formula, WeightedSum | PowerProduct):
        return (tuple(formula.weights),)
    if isinstance(formula, AffinePower):
        return (tuple(formula.weights), *((f"{name}.plus", f"{name}.times") for name in formula.weights))
    return ()


def space_problems(formula: Formula, start: Mapping[str, float], bounds: Mapping[str, Bounds]) -> Iterator[str]:
    """Whether weights are unknown, or one of them would only scale the score.

    Args:
        formula: Whose weights are searched.
        start: All of them; what has no bounds stays so.
        bounds: By name.
    """
    if not bounds:
        yield "`bounds` must hold a weight to search, got none."
    for name in bounds:
        if name not in start:
            yield f"`bounds` must name weights of the formula, got `{name}`. {nearest(name, start)}"
    for names in scales(formula):
        fixed = [name for name in names if name not in bounds]
        if not any(start[name] for name in fixed) and len(fixed) < len(names):
            of_those = next((name for name in names if start[name]), names[0])
            yield (
                f"`bounds` must leave out one of {', '.join(names)} that is not 0, got bounds of every such one: all "
                f"of them times any number give one order. Leave out one whose sign is known, such as `{of_those}`."
            )


def end_problems(formula: Formula, start: Mapping[str, float], bounds: Mapping[str, Bounds]) -> Iterator[str]:
    """Whether a formula refuses an end; a weight between two that it takes may be refused all the same.

    Args:
        formula: Whose weights are searched.
        start: All of them.
        bounds: Of names in `start`.
    """
    for name, own in bounds.items():
        for end in (own.least, own.most):
            for problem in formula.problems({**start, name: end}):
                yield f"`bounds.{name}` reaches {end:g}, which would not do: {problem}"
