"""From held-out rows and a goal to weights of a formula that were checked on rows the search never saw."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from components.errors import UnusableInputError
from components.fusion_tuner.against import compare_scores
from components.fusion_tuner.goals import Goal, Objective
from components.fusion_tuner.judge import Judge
from components.fusion_tuner.propensity import Propensity
from components.fusion_tuner.result import Checked, FusionTuning, Halves
from components.fusion_tuner.rows import TunerRows, halves
from components.fusion_tuner.search import Tried, chosen_of, front_of, search
from components.fusion_tuner.space import Bounds, space_problems
from components.gauc_weight import GaucWeight
from models.binding import nearest
from models.errors import raise_if_any
from models.fusion import Formula

__all__ = ["Tuning", "tune"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tuning:
    """How weights are tuned.

    Attributes:
        objectives: What is measured of every tried score.
        goal: What is searched for among these.
        bounds: By weight; those without bounds stay as they are.
        trials: How many weights are tried.
        seed: Of the halves and the search.
        gauc_weight: What a user counts for.
        ndcg_at: Places of a list that NDCG looks at.
        propensity: How rows with propensities are weighted.
    """

    objectives: tuple[Objective, ...]
    goal: Goal
    bounds: dict[str, Bounds]
    trials: int = 500
    seed: int = 0
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    ndcg_at: int = 10
    propensity: Propensity = dataclasses.field(default_factory=Propensity)

    def __post_init__(self) -> None:
        known = [one.name for one in self.objectives]
        problems = [
            f"`goal` must name objectives, got `{name}`. {nearest(name, known)}"
            for name in self.goal.names
            if name not in known
        ]
        for field in ("trials", "ndcg_at"):
            if getattr(self, field) < 1:
                problems.append(f"`{field}` must be 1 or more, got {getattr(self, field)!r}.")
        if self.seed < 0:
            problems.append(f"`seed` must be 0 or more, got {self.seed!r}.")
        raise_if_any("fusion tuner", problems)

    def judge(self, rows: TunerRows) -> Judge:
        """Of some rows."""
        return Judge(
            rows, self.objectives, propensity=self.propensity, gauc_weight=self.gauc_weight, ndcg_at=self.ndcg_at
        )


def tune(
    rows: TunerRows,
    formula: Formula,
    tuning: Tuning,
    *,
    present: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
) -> FusionTuning:
    """Searches on one half of the users, then checks the front and the choice on the other.

    Args:
        rows: Held out from training.
        formula: Whose weights are tuned.
        tuning: How.
        present: All its weights, as they serve now; None for what is declared.
        start: Weights that are tried too, and from which the search starts; None for the present ones.

    Raises:
        ConfigError: Bounds or rows are not as they must be.
        UnusableInputError: The rows cannot tell an objective, or the present weights give all rows one score.
    """
    now = dict(formula.declared if present is None else present)
    raise_if_any("fusion tuner", list(space_problems(formula, start or now, tuning.bounds)))
    missing = [name for name in formula.reads if name not in rows.values]
    if missing:
        raise UnusableInputError([f"`values` must hold what the formula reads, got none of {', '.join(missing)}."])
    for_search, for_check = _judges(tuning, rows)
    tried, refused = search(
        tuning.goal,
        tuning.bounds,
        _tried(for_search, formula, now),
        lambda weights: _values(for_search, formula, weights),
        start=None if start is None else _tried(for_search, formula, start),
        trials=tuning.trials,
        seed=tuning.seed,
    )
    front = front_of(tried, tuning.goal.names)
    chosen = chosen_of(tuning.goal, tried, front, tried[0])
    kept = now if chosen is None else tried[chosen].weights
    scores = [for_check.rows.score(formula, weights) for weights in (kept, now)]
    checked = for_check.values(scores[1])
    return FusionTuning(
        goal=tuning.goal.kind,
        aims=tuning.goal.names,
        objectives=tuple(one.name for one in tuning.objectives),
        bounds=tuning.bounds,
        tried=tuple(tried),
        refused=refused,
        front=tuple(_checked(for_check, formula, tried, place, present=checked) for place in front),
        present=checked,
        chosen=chosen,
        comparison=compare_scores(for_check, scores[0], scores[1], weight=tuning.gauc_weight),
        halves=Halves(
            len(for_search.rows), len(for_check.rows), len(rows) - len(for_search.rows) - len(for_check.rows)
        ),
        seed=tuning.seed,
    )


def _judges(tuning: Tuning, rows: TunerRows) -> list[Judge]:
    """Of the search half and of the check half."""
    judges, problems = [], []
    for name, half in zip(("search", "check"), halves(rows, seed=tuning.seed), strict=True):
        try:
            judges.append(tuning.judge(half))
        except UnusableInputError as error:
            problems += [f"In the {name} half of the users: {problem}" for problem in error.problems]
    if problems:
        raise UnusableInputError(problems)
    return judges


def _tried(judge: Judge, formula: Formula, weights: Mapping[str, float]) -> Tried:
    found = _values(judge, formula, weights)
    if found is None:
        message = f"the present weights must tell rows apart, got one score for all of them: {dict(weights)!r}."
        raise UnusableInputError([message])
    return Tried(dict(weights), found)


def _values(judge: Judge, formula: Formula, weights: Mapping[str, float]) -> dict[str, float] | None:
    """None where the formula refuses the weights, or makes one score of all rows."""
    if formula.problems(weights):
        return None
    scores = judge.rows.score(formula, weights)
    return judge.values(scores) if np.ptp(scores) > 0 else None


def _checked(
    judge: Judge, formula: Formula, tried: list[Tried], place: int, *, present: Mapping[str, float]
) -> Checked:
    values = judge.values(judge.rows.score(formula, tried[place].weights))
    searched, before = tried[place].values, tried[0].values
    optimism = {name: (searched[name] - before[name]) - (values[name] - present[name]) for name in values}
    return Checked(place, values, optimism)
