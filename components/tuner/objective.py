"""Which of several trainings is better: a rule over the losses of tasks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from components.tuner.config import SearchConfig, SearchRule
from models.tasks import Role, TaskGraph

__all__ = ["Objective"]

Losses = Mapping[str, float]


class Objective:
    """Compares losses on the validation split with those of the declared values.

    A main task's change is (loss - declared) / |declared|: below 0 is better. A loss that is 0 under the declared
    values has no known label, or nothing left to gain, and is left out.

    Args:
        search: The rule.
        graph: Whose main losses count; all others are only shown.
    """

    def __init__(self, search: SearchConfig, graph: TaskGraph) -> None:
        self._search = search
        self.main = tuple(loss.name for loss in graph.losses if loss.role is Role.MAIN)

    def changes(self, losses: Losses, declared: Losses) -> dict[str, float]:
        """By main loss."""
        return {name: (losses[name] - declared[name]) / abs(declared[name]) for name in self.main if declared[name]}

    def change(self, losses: Losses, declared: Losses) -> float:
        """The mean over main losses."""
        return _mean(list(self.changes(losses, declared).values()))

    def score(self, losses: Losses, declared: Losses) -> float:
        """What the search brings down: the mean change, and under `no_task_worse` what any rises beyond its bound."""
        return self.change(losses, declared) + self._excess(self.changes(losses, declared))

    def is_eligible(self, losses: Sequence[Losses], declared: Sequence[Losses]) -> bool:
        """Whether values may be taken by the mean over seeds of each main loss; trainings are paired by their seed."""
        pairs = [self.changes(*pair) for pair in zip(losses, declared, strict=True)]
        names = pairs[0]
        return self._excess({name: _mean([pair[name] for pair in pairs if name in pair]) for name in names}) == 0

    def _excess(self, changes: Mapping[str, float]) -> float:
        if self._search.rule is not SearchRule.NO_TASK_WORSE:
            return 0.0
        return math.fsum(max(0.0, change - self._search.tolerance) for change in changes.values())


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
