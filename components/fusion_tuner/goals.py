"""What weights are searched for."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal, final

from components.fusion_tuner.metrics import RankMetric
from models.errors import raise_if_any

__all__ = ["Goal", "Objective", "Pareto", "Sum", "Within"]


@dataclasses.dataclass(frozen=True)
class Objective:
    """One number of a score: more is better.

    Attributes:
        output: Whose label is ranked.
        metric: By which.
    """

    output: str
    metric: RankMetric

    @property
    def name(self) -> str:
        """Such as `click.gauc`."""
        return f"{self.output}.{self.metric.value}"

    @classmethod
    def named(cls, name: str) -> Objective | None:
        """The one of that name; None where it is no such name."""
        output, _, metric = name.rpartition(".")
        known = {one.value: one for one in RankMetric}
        return cls(output, known[metric]) if output and metric in known else None


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Sum:
    """The largest weighted sum of objectives.

    Attributes:
        shares: By objective's name, what a unit of it is worth; 0 or more.
    """

    shares: dict[str, float]
    kind: Literal["sum"] = "sum"

    def __post_init__(self) -> None:
        problems = [
            f"`shares.{name}` must be 0 or more and finite, got {share!r}."
            for name, share in self.shares.items()
            if not 0 <= share < math.inf
        ]
        if not any(self.shares.values()):
            problems.append(f"`shares` must hold one above 0, got {self.shares!r}: every score would be as good.")
        raise_if_any("fusion tuner", problems)

    @property
    def names(self) -> tuple[str, ...]:
        """Objectives it asks for."""
        return tuple(self.shares)

    def worth(self, values: Mapping[str, float], present: Mapping[str, float]) -> float:
        """More is better."""
        del present
        return sum(share * values[name] for name, share in self.shares.items())

    def meets(self, values: Mapping[str, float], present: Mapping[str, float]) -> bool:
        """Always."""
        del values, present
        return True


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Within:
    """The largest value of one objective while others keep their distance from what they are now.

    Attributes:
        maximise: Objective's name.
        least_change: By the other objectives' names, how much each must change at least against the present weights:
            -0.001 lets it fall by that, 0 forbids any fall.
    """

    maximise: str
    least_change: dict[str, float]
    kind: Literal["within"] = "within"

    def __post_init__(self) -> None:
        problems = [
            f"`least_change.{name}` must be between -1 and 1, got {change!r}."
            for name, change in self.least_change.items()
            if not -1 <= change <= 1
        ]
        if self.maximise in self.least_change:
            problems.append(f"`least_change` names `{self.maximise}`, which is maximised: leave it out.")
        raise_if_any("fusion tuner", problems)

    @property
    def names(self) -> tuple[str, ...]:
        """Objectives it asks for."""
        return (self.maximise, *self.least_change)

    def worth(self, values: Mapping[str, float], present: Mapping[str, float]) -> float:
        """More is better; whatever meets the bounds is worth more than what does not, by how much it misses.

        Source: Deb, "An efficient constraint handling method for genetic algorithms", CMAME 186, 2000, Eq. 4.
        """
        missed = sum(max(present[name] + change - values[name], 0.0) for name, change in self.least_change.items())
        return -missed if missed > 0 else values[self.maximise]

    def meets(self, values: Mapping[str, float], present: Mapping[str, float]) -> bool:
        """Whether all bounds hold."""
        return all(values[name] >= present[name] + change for name, change in self.least_change.items())


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Pareto:
    """The whole front; of it that is chosen which gains most in sum while no objective falls.

    Attributes:
        names: Objectives, two or more.
    """

    names: tuple[str, ...]
    kind: Literal["pareto"] = "pareto"

    def __post_init__(self) -> None:
        if len(set(self.names)) < 2 or len(set(self.names)) < len(self.names):
            raise_if_any("fusion tuner", [f"`names` must be two or more objectives, each once, got {self.names!r}."])

    def worth(self, values: Mapping[str, float], present: Mapping[str, float]) -> float:
        """More is better."""
        return sum(values[name] - present[name] for name in self.names)

    def meets(self, values: Mapping[str, float], present: Mapping[str, float]) -> bool:
        """Whether none falls."""
        return all(values[name] >= present[name] for name in self.names)


Goal = Sum | Within | Pareto
