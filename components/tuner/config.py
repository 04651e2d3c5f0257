"""How values are searched for, as declared."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from typing import Any

from models.errors import raise_if_any

__all__ = ["Method", "Range", "SearchConfig", "SearchRule", "When"]

_ENDS = 2


class Method(enum.Enum):
    """How the next trial is chosen.

    `BAYESIAN`: by a Gaussian process over the trials so far, after three at random for each value searched for.
    `RANDOM`: at random.
    """

    BAYESIAN = "bayesian"
    RANDOM = "random"


class SearchRule(enum.Enum):
    """What is better: losses of main tasks, each relative to that of the declared values; auxiliary ones are shown.

    `MAIN_TASKS`: the smaller their mean.
    `NO_TASK_WORSE`: the same, but values under which a main task's loss is over `tolerance` above that of the declared
    ones are never taken.
    """

    MAIN_TASKS = "main_tasks"
    NO_TASK_WORSE = "no_task_worse"


class When(enum.Enum):
    """In which runs values are searched for: when `evenkeel tune` asks, or in every one."""

    ASKED = "asked"
    EVERY_RUN = "every_run"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Range:
    """What one value is searched among; exactly one of the fields is given.

    Attributes:
        log: Two numbers above 0, and all between them, each power of ten alike.
        linear: Two numbers, and all between them.
        whole: Two whole numbers, and all between them.
        choices: Two values or more, of any kind.
    """

    log: tuple[float, ...] | None = None
    linear: tuple[float, ...] | None = None
    whole: tuple[int, ...] | None = None
    choices: tuple[Any, ...] | None = None  # Any: whatever the value is replaced by.

    def __post_init__(self) -> None:
        given = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        problems = []
        if len(given) != 1:
            problems.append(f"exactly one of `log`, `linear`, `whole` and `choices` must be given, got {list(given)}.")
        for name, value in given.items():
            if name == "choices":
                if len({json.dumps(choice, sort_keys=True) for choice in value}) < max(len(value), 2):
                    problems.append(f"`choices` must be two values or more, each once, got {list(value)!r}.")
            elif len(value) != _ENDS or not -math.inf < value[0] < value[-1] < math.inf:
                problems.append(f"`{name}` must be two numbers, the smaller one first, got {list(value)!r}.")
            elif name == "log" and value[0] <= 0:
                problems.append(f"`log` must begin above 0, got {value[0]!r}: write `linear`, or a smaller number.")
        raise_if_any("search", problems)

    @property
    def extremes(self) -> tuple[Any, ...]:
        """The values that must all be valid: both ends, or all choices."""
        return self.choices or self.log or self.linear or self.whole or ()

    def holds(self, value: Any) -> bool:
        """Whether `value` is among them."""
        if self.choices is not None:
            return value in self.choices or (isinstance(value, tuple) and list(value) in self.choices)
        low, high = self.extremes
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
            return False
        return self.whole is None or value == int(value)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """A search; what is searched for stands beside the values, as `{value: 0.01, search: {log: [1e-4, 0.1]}}`.

    Attributes:
        trials: Trainings with values that differ, the declared ones among them: all of the same rows and epochs.
        finalists: So many of the best are trained again, beside the declared values.
        seeds: How often, each time by another seed, for the best of many trials is also the luckiest.
        rule: What is better.
        tolerance: For `no_task_worse`: allowed rise of a main task's loss, relative to that of the declared values.
        method: How the next trial is chosen.
        seed: Of what is drawn.
        epochs: Of each training, where that is not `training.epochs`.
        when: In which runs.
    """

    trials: int
    finalists: int = 3
    seeds: int = 3
    rule: SearchRule = SearchRule.MAIN_TASKS
    tolerance: float = 0.0
    method: Method = Method.BAYESIAN
    seed: int = 1
    epochs: int | None = None
    when: When = When.ASKED

    def __post_init__(self) -> None:
        least = {"trials": 2, "finalists": 1, "seeds": 2, "seed": 1, "epochs": 1}
        problems = [
            f"`{name}` must be at least {low}, got {getattr(self, name)!r}."
            for name, low in least.items()
            if getattr(self, name) is not None and getattr(self, name) < low
        ]
        if self.finalists >= self.trials:
            got = f"{self.finalists!r} of {self.trials!r}"
            problems.append(f"`finalists` must be below `trials`, got {got}: try more, or take fewer.")
        if not 0 <= self.tolerance < 1:
            problems.append(f"`tolerance` must be at least 0 and under 1, got {self.tolerance!r}.")
        raise_if_any("search", problems)

    @property
    def num_trainings(self) -> int:
        """At most: the trials, then the finalists and the declared values by each seed."""
        return self.trials + (self.finalists + 1) * self.seeds
