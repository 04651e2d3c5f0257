"""What a search came to, as its report reads it."""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import statistics
from collections.abc import Sequence
from typing import Any, Final

from models.binding import bind_or_raise, unbind

__all__ = ["SEARCH_FILE", "Finalist", "SearchRecord", "Trial", "best_of", "read_search", "write_search"]

SEARCH_FILE: Final = "search.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """One training.

    Attributes:
        values: By dotted path.
        losses: On the validation split, by name; empty where it diverged.
        score: What the search brought down; None where it diverged.
    """

    values: dict[str, Any]  # Any: whatever stands in a configuration.
    losses: dict[str, float]
    score: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finalist:
    """Values that were trained again.

    Attributes:
        values: By dotted path.
        searched: Their mean change in the search itself, which picked them for it.
        changes: The mean change of main losses against the declared values, seed by seed.
        is_eligible: Whether the rule lets them be taken.
    """

    values: dict[str, Any]  # Any: as of a trial.
    searched: float
    changes: tuple[float, ...]
    is_eligible: bool = True

    @property
    def mean(self) -> float:
        """Over seeds."""
        return statistics.fmean(self.changes) if self.changes else math.inf


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchRecord:
    """A whole search.

    Attributes:
        declared: The declared values.
        space: By dotted path, what was searched among: a field's name of `Range` and its values.
        main: Losses that count.
        rule: As declared.
        trials: In their order; the first has the declared values.
        finalists: Best of the search first.
        chosen: What is trained with; the declared values where no finalist is better.
        num_seeds: Trainings of each finalist.
    """

    declared: dict[str, Any]  # Any: as of a trial.
    space: dict[str, dict[str, Any]]  # Any: ends or choices.
    main: tuple[str, ...]
    rule: str
    trials: tuple[Trial, ...]
    finalists: tuple[Finalist, ...]
    chosen: dict[str, Any]  # Any: as of a trial.
    num_seeds: int


def best_of(finalists: Sequence[Finalist]) -> Finalist | None:
    """The one whose mean over seeds is best, if it is better than the declared values and may be taken."""
    better = [one for one in finalists if one.is_eligible and one.mean < 0]
    return min(better, key=lambda one: one.mean, default=None)


def write_search(record: SearchRecord, folder: str) -> None:
    """Writes `search.json`."""
    pathlib.Path(folder, SEARCH_FILE).write_text(json.dumps(unbind(record), indent=1) + "\n", encoding="utf-8")


def read_search(folder: str) -> SearchRecord:
    """Reads what `write_search` wrote.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It is not one.
    """
    return bind_or_raise(SearchRecord, json.loads(pathlib.Path(folder, SEARCH_FILE).read_text(encoding="utf-8")))
