"""LightGBM on rows in memory: as many trees as held-out rows ask for, the same ones every time."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final, final

import numpy as np

from components.trees.checks import HIGHEST_GRADE, check_rows, check_spare_list, list_tells, telling_lists
from components.trees.objective import Objective
from components.trees.rows import TreeRows
from models.errors import raise_if_any

__all__ = ["TreeSettings", "Trees", "grow"]

LONGEST_LIST: Final = 10_000  # LightGBM takes no longer one.
_HELD_OUT: Final = 0.1
_ROWS_OF_ONE_THREAD: Final = 50_000
_ANY: Final = 2**31 - 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class TreeSettings:
    """How trees are grown; what is not here is LightGBM's own default.

    Attributes:
        rounds: Trees at most.
        patience: Trees without gain on held-out rows after which no more are grown.
        leaves: Of a tree at most.
        learning_rate: By which each tree counts.
        ndcg_at: Places of a list that LambdaMART looks at.
        seed: Draws the held-out rows, and whatever LightGBM draws.
        threads: 0 takes one a core, and a single one of few rows, where threads cost more than they bring; the trees
            do not depend on it.
    """

    rounds: int = 1_000
    patience: int = 50
    leaves: int = 31
    learning_rate: float = 0.05
    ndcg_at: int = 10
    seed: int = 1
    threads: int = 0

    def __post_init__(self) -> None:
        least = {"rounds": 1, "patience": 1, "leaves": 2, "ndcg_at": 1, "threads": 0}
        problems = [
            f"`{name}` must be {low} or more, got {getattr(self, name)!r}."
            for name, low in least.items()
            if getattr(self, name) < low
        ]
        if not 0 < self.learning_rate < math.inf:
            problems.append(f"`learning_rate` must be positive, got {self.learning_rate!r}.")
        raise_if_any("trees", problems)


@final
@dataclasses.dataclass(frozen=True)
class Trees:
    """What was grown.

    Attributes:
        booster: LightGBM's; `Any`, for it is imported only where it is used.
        objective: What it was grown for.
        rounds: Trees.
    """

    booster: Any
    objective: Objective
    rounds: int

    def scores(self, values: np.ndarray) -> np.ndarray:
        """`[rows]` answers to `[rows, columns]`: probabilities, numbers in the label's unit, or scores of a ranking."""
        return self.objective.answers(np.asarray(self.booster.predict(values), np.float64))


def grow(rows: TreeRows, objective: Objective, settings: TreeSettings, *, watched: TreeRows | None = None) -> Trees:
    """Grows trees until held-out rows gain nothing.

    Source: Ke et al., "LightGBM", NeurIPS 2017; Burges, "From RankNet to LambdaRank to LambdaMART", MSR-TR-2010-82.

    Args:
        rows: To learn.
        objective: What is minimised.
        settings: How.
        watched: Rows that tell when to stop. None, or, of a ranking, rows in whose lists no labels differ, hold a tenth
            of `rows` out, whole lists where there are lists, and then grow as many trees on all of them.

    Raises:
        UnusableInputError: The labels are all equal, or, of a ranking, no list has two that differ, or a single one
            that would have to be held out, a label is no grade, or rows have no lists.
    """
    check_rows(rows, objective)
    if watched is not None and len(watched) and (not objective.is_ranking or telling_lists(watched)):
        return _grown(rows, objective, settings, watched=watched)
    is_out = _held_out(rows, settings.seed, is_ranking=objective.is_ranking)
    told = _grown(rows.chosen(~is_out), objective, settings, watched=rows.chosen(is_out))
    return _grown(rows, objective, dataclasses.replace(settings, rounds=told.rounds), watched=None)


def _held_out(rows: TreeRows, seed: int, *, is_ranking: bool) -> np.ndarray:
    """`[rows]` bool: a tenth of the lists, or of the rows where there are none, or but one.

    Of a ranking it is a tenth of the lists with labels that differ: by others every order is as good.
    """
    units = np.arange(len(rows)) if rows.lists is None else np.unique(rows.lists, return_inverse=True)[1]
    if is_ranking:
        check_spare_list(rows)
        chosen = list_tells(rows)
    else:
        units = units if units.any() else np.arange(len(rows))
        chosen = np.ones(int(units.max()) + 1, bool)
    draws = np.random.default_rng(seed).random(len(chosen))
    is_out = chosen & (draws <= np.quantile(draws[chosen], _HELD_OUT))
    return is_out[units]


def _grown(rows: TreeRows, objective: Objective, settings: TreeSettings, *, watched: TreeRows | None) -> Trees:
    import lightgbm

    train = _dataset(rows, objective)
    options: dict[str, Any] = {}
    if watched is not None:
        options["valid_sets"] = [_dataset(watched, objective, reference=train)]
        options["callbacks"] = [lightgbm.early_stopping(settings.patience, verbose=False)]
    if not settings.threads and len(rows) < _ROWS_OF_ONE_THREAD:
        settings = dataclasses.replace(settings, threads=1)
    booster = lightgbm.train(_parameters(objective, settings), train, num_boost_round=settings.rounds, **options)
    # Without rows to stop it by, LightGBM names no best round.
    return Trees(booster, objective, booster.best_iteration if watched is not None else booster.num_trees())


def _parameters(objective: Objective, settings: TreeSettings) -> dict[str, Any]:
    found: dict[str, Any] = {
        "objective": objective.name,
        "metric": objective.metric,
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "num_threads": settings.threads,
        "seed": settings.seed % _ANY,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    if objective.alpha is not None:
        found["alpha"] = objective.alpha
    if objective.is_ranking:
        found |= {
            "eval_at": [settings.ndcg_at],
            "lambdarank_truncation_level": settings.ndcg_at,
            # By default a grade gains 2^grade - 1; the NDCG by which it is judged takes the grade.
            "label_gain": list(range(HIGHEST_GRADE + 1)),
        }
    return found


def _dataset(rows: TreeRows, objective: Objective, *, reference: Any = None) -> Any:
    import lightgbm

    groups = None
    if objective.is_ranking and rows.lists is not None:
        sizes = np.unique(rows.lists, return_counts=True)[1]
        rows = rows.chosen(np.argsort(rows.lists, kind="stable"))
        groups = [part for size in sizes.tolist() for part in _cut(size)]
    return lightgbm.Dataset(
        rows.values,
        objective.targets(rows.labels),
        reference=reference,
        weight=rows.weights,
        group=groups,
        categorical_feature=list(rows.categories),
    )


def _cut(rows: int) -> list[int]:
    """Sizes of the parts that LightGBM takes of a list."""
    whole, rest = divmod(rows, LONGEST_LIST)
    return [LONGEST_LIST] * whole + ([rest] if rest else [])
