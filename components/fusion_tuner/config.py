"""The section `fusion.tune` of a configuration: what weights are searched for, and among which."""

from __future__ import annotations

import dataclasses
import enum

from components.fusion_tuner.goals import Goal, Objective
from components.fusion_tuner.propensity import Propensity
from components.fusion_tuner.space import Bounds
from components.tuner.config import When
from models.errors import raise_if_any

__all__ = ["FusionTuneConfig", "Logged", "LoggedPropensity", "SegmentTuning", "StackingConfig"]


class Logged(enum.Enum):
    """What a column of propensities holds: the chance itself, or the place at which a row was shown, from 1."""

    CHANCE = "chance"
    POSITION = "position"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoggedPropensity:
    """A column by which positives are weighted for those that nobody looked at.

    Attributes:
        column: A raw column of numbers; rows without a usable one take no part.
        holds: What is in it.
        power: Of a position, how fast a place lower down is looked at less; 0 or more.
        most: What a positive counts for at most, 1 or more.
    """

    column: str
    holds: Logged
    power: float = 1.0
    most: float = 10.0

    def __post_init__(self) -> None:
        _ = self.weighting

    @property
    def weighting(self) -> Propensity:
        """How rows are weighted."""
        return Propensity(most=self.most, power=self.power)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SegmentTuning:
    """Weights of their own for the values of `fusion.segment.column`, searched after the common ones.

    Attributes:
        least_users: A segment with fewer has the common weights.
        trials: How many weights are tried for each segment.
    """

    least_users: int
    trials: int = 100

    def __post_init__(self) -> None:
        problems = [
            f"`{field}` must be {least} or more, got {getattr(self, field)!r}."
            for field, least in (("least_users", 2), ("trials", 1))
            if getattr(self, field) < least
        ]
        raise_if_any("fusion tuner", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackingConfig:
    """A linear stack that is fitted beside the search, and proposed as a formula of its own.

    Attributes:
        heads: Outputs that are probabilities.
        target: The output whose label stands for how good a row is.
        ridge: Penalty of squared weights, 0 or more.
    """

    heads: tuple[str, ...]
    target: str
    ridge: float = 1.0

    def __post_init__(self) -> None:
        problems = []
        if not self.heads or len(set(self.heads)) < len(self.heads):
            problems.append(f"`heads` must be one output or more, each once, got {list(self.heads)!r}.")
        if not 0 <= self.ridge < float("inf"):
            problems.append(f"`ridge` must be 0 or more and finite, got {self.ridge!r}.")
        raise_if_any("fusion tuner", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusionTuneConfig:
    """How weights of a formula are searched for.

    Attributes:
        goal: What is searched for; objectives are named OUTPUT.gauc or OUTPUT.ndcg.
        bounds: By weight, between what it is searched; others stay as they are.
        formula: Whose weights; None for the one that is served.
        observe: Objectives that are shown and do not count.
        trials: How many weights are tried.
        seed: Of the halves of users and of the search.
        propensity: By which column rows are weighted; None takes all alike.
        segments: How segments get weights of their own; None leaves those as they are.
        stacking: A linear stack to compare with; None fits none.
        when: In which runs the pipeline proposes weights: in every one, or in none, so that only the command does.
    """

    goal: Goal
    bounds: dict[str, Bounds]
    formula: str | None = None
    observe: tuple[str, ...] = ()
    trials: int = 500
    seed: int = 0
    propensity: LoggedPropensity | None = None
    segments: SegmentTuning | None = None
    stacking: StackingConfig | None = None
    when: When = When.EVERY_RUN

    def __post_init__(self) -> None:
        names = (*self.goal.names, *self.observe)
        problems = [
            f"`{field}` must name objectives such as click.gauc or click.ndcg, got {name!r}."
            for field, given in (("goal", self.goal.names), ("observe", self.observe))
            for name in given
            if Objective.named(name) is None
        ]
        if len(set(names)) < len(names):
            problems.append(f"`observe` must name objectives once that are not the goal's, got {list(self.observe)!r}.")
        problems += [
            f"`{field}` must be {least} or more, got {getattr(self, field)!r}."
            for field, least in (("trials", 1), ("seed", 0))
            if getattr(self, field) < least
        ]
        raise_if_any("fusion tuner", problems)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The goal's, then those that are observed."""
        found = (Objective.named(name) for name in (*self.goal.names, *self.observe))
        return tuple(one for one in found if one is not None)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Whose labels are read."""
        of_stack = () if self.stacking is None else (self.stacking.target,)
        return tuple(dict.fromkeys((*(one.output for one in self.objectives), *of_stack)))
