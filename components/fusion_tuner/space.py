"""Which weights are searched, and between what."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from models.binding import nearest
from models.errors import raise_if_any
from models.fusion import AffinePower, Formula, PowerProduct, WeightedSum

__all__ = ["Bounds", "check_space", "scales"]


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


def scales(formula: Formula) -> tuple[tuple[str, ...], ...]:
    """Names of weights that, multiplied together by one number above 0, leave every order as it was."""
    if isinstance(formula, WeightedSum | PowerProduct):
        return (tuple(formula.weights),)
    if isinstance(formula, AffinePower):
        return (tuple(formula.weights), *((f"{name}.plus", f"{name}.times") for name in formula.weights))
    return ()


def check_space(formula: Formula, present: Mapping[str, float], bounds: Mapping[str, Bounds]) -> None:
    """Raises `ConfigError` where weights are unknown, or one of them would only scale the score.

    Args:
        formula: Whose weights are searched.
        present: All of them, as they are now; what has no bounds stays so.
        bounds: By name.
    """
    problems = [
        f"`bounds` must name weights of the formula, got `{name}`. {nearest(name, present)}"
        for name in bounds
        if name not in present
    ]
    if not bounds:
        problems.append("`bounds` must hold a weight to search, got none.")
    for names in scales(formula):
        fixed = [name for name in names if name not in bounds]
        if not any(present[name] for name in fixed) and len(fixed) < len(names):
            of_those = next((name for name in names if present[name]), names[0])
            problems.append(
                f"`bounds` must leave out one of {', '.join(names)} that is not 0, got bounds of every such one: all "
                f"of them times any number give one order. Leave out one whose sign is known, such as `{of_those}`."
            )
    raise_if_any("fusion tuner", problems)
