"""Weights of its own for each segment of rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import final

from typing_extensions import override

from models.balancers.gram import GramBalancer, Scope, TaskParameters
from models.binding import Problem, nearest
from models.errors import raise_if_any
from models.inputs import EmbeddingInput, Input

__all__ = ["SegmentedBalancer", "Segments", "one_id_problems"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Segments:
    """Which rows share weights.

    Attributes:
        feature: The model's input that tells them: one id a row.
        minimum_rows: A segment of which fewer have been seen lately takes the weights of all rows together.
        memory: Share of a segment's Gram matrix and rows that a step keeps, in [0, 1): a batch holds few rows of each.
    """

    feature: str
    minimum_rows: float = 500.0
    memory: float = 0.95

    def __post_init__(self) -> None:
        problems = []
        if not self.minimum_rows >= 0:
            problems.append(f"`minimum_rows` must be 0 or positive, got {self.minimum_rows!r}.")
        if not 0 <= self.memory < 1:
            problems.append(f"`memory` must be at least 0 and below 1, got {self.memory!r}.")
        raise_if_any("segments", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SegmentedBalancer(GramBalancer):
    """A gradient method that can decide for each segment of rows by itself.

    A segment's Gram matrix is of the gradients by its rows' representations, so that its weights multiply what its rows
    send back to whatever lies before these; towers and other parameters of tasks are as `task_parameters` says, those
    that several losses reach there have the weights of all rows. Whether that lowers the losses of a segment is not
    promised: segments share the parameters before the representations, and each pulls at them.

    Attributes:
        segments: None decides for all rows together.
    """

    segments: Segments | None = None

    @override
    def setting_problems(self) -> list[str]:
        """See `GramBalancer`."""
        found = super().setting_problems()
        if self.segments is not None and self.scope is not Scope.REPRESENTATION:
            found.append(
                f"`scope` must be representation with `segments`, got {self.scope.value}: only there a row has "
                "gradients of its own."
            )
        if self.segments is not None and self.task_parameters is not TaskParameters.UNWEIGHTED:
            found.append(
                f"`task_parameters` must be unweighted with `segments`, got {self.task_parameters.value}: a tower has "
                "rows of all segments."
            )
        return found

    @override
    def input_problems(self, inputs: Sequence[Input]) -> list[Problem]:
        if self.segments is None:
            return []
        found = one_id_problems("segments must be told by an input of one id a row", self.segments.feature, inputs)
        return [Problem(("segments", "feature"), message) for message in found]


def one_id_problems(rule: str, name: str, inputs: Sequence[Input]) -> list[str]:
    """What is wrong with `name` where `rule` asks for an input of one id a row."""
    ids = [one.name for one in inputs if isinstance(one, EmbeddingInput) and one.combiner is None]
    return [] if name in ids else [f"{rule}, got {name!r}. {nearest(name, ids)}"]
