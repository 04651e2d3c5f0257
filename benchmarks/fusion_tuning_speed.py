"""How long it takes to try weights of a fusion: one evaluation is a score of all rows and GAUC of every task.

Usage, from the root of the checkout: python -m benchmarks.fusion_tuning_speed [--rows N] [--trials N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from components.fusion_tuner.goals import Objective, Pareto
from components.fusion_tuner.metrics import RankMetric
from components.fusion_tuner.rows import TunerRows
from components.fusion_tuner.search import Tried, front_of, search
from components.fusion_tuner.space import Bounds
from components.fusion_tuner.tune import Tuning
from models.fusion import WeightedSum

__all__ = ["main", "rows_of"]

ROWS: Final = 100_000
TRIALS: Final = 50
TARGET_ROWS: Final = 1_000_000
TARGET_TRIALS: Final = 500
TARGET_S: Final = 180.0
RATES: Final = {"click": 0.1, "like": 0.03, "share": 0.01, "buy": 0.005}

_ROWS_OF_A_USER: Final = 20  # On average; few users have many, as in logs.


def rows_of(num_rows: int) -> TunerRows:
    """Rows of users, geometric in number, whose heads see their labels through noise."""
    draws = np.random.default_rng(0)
    ends = np.cumsum(draws.geometric(1 / _ROWS_OF_A_USER, num_rows))
    users = np.searchsorted(ends, draws.permutation(num_rows), side="right").astype(np.uint64)
    labels = {name: (draws.random(num_rows) < rate).astype(np.float64) for name, rate in RATES.items()}
    values = {name: 1 / (1 + np.exp(-(own + draws.normal(size=num_rows)))) for name, own in labels.items()}
    return TunerRows(values={**values, "price": draws.random(num_rows)}, labels=labels, users=users)


def main(arguments: Sequence[str] | None = None) -> None:
    """Tries weights and prints what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--trials", type=int, default=TRIALS)
    given = parser.parse_args(arguments)
    rows = rows_of(given.rows)
    objectives = tuple(Objective(name, RankMetric.GAUC) for name in RATES)
    formula = WeightedSum(weights={"click": 1.0, "like": 1.0, "share": 1.0, "buy": 1.0, "price": 0.1})
    bounds = {name: Bounds(least=0.0, most=5.0) for name in formula.weights if name != "click"}
    goal = Pareto(names=tuple(one.name for one in objectives))
    started = time.perf_counter()
    judge = Tuning(objectives=objectives, goal=goal, bounds=bounds).judge(rows)
    laid_out, processor = time.perf_counter(), time.process_time()

    def evaluate(weights: dict[str, float]) -> dict[str, float]:
        return judge.values(formula.score_rows(rows.values, np.array(list(weights.values()))))

    present = Tried(formula.declared, evaluate(formula.declared))
    tried, _ = search(goal, bounds, present, lambda weights: evaluate(dict(weights)), trials=given.trials - 1, seed=0)
    took, processor = time.perf_counter() - laid_out, time.process_time() - processor
    table = Table(box=SIMPLE, title=f"{len(rows):,} rows, {len(RATES)} tasks, {len(bounds)} weights")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    table.add_row("laying rows out, once", f"{laid_out - started:.2f}")
    table.add_row("an evaluation, on the clock", f"{took / len(tried):.4f}")
    table.add_row("an evaluation, of the processor", f"{processor / len(tried):.4f}")
    table.add_row(f"{len(tried)} evaluations, the search among them", f"{took:.1f}")
    if (len(rows), len(tried)) == (TARGET_ROWS, TARGET_TRIALS):
        table.add_row("asked for: at most", f"{TARGET_S:.0f}")
    console = Console()
    console.print(table)
    console.print(f"{len(front_of(tried, goal.names))} points on the front.")


if __name__ == "__main__":
    main()
