"""How often the gate's 95 % intervals hold the true difference of two models.

Usage, from the root of the checkout: nice -n 19 python -m benchmarks.gate_coverage [--results FILE] [--quick] [--table]
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import pathlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from rich.console import Console
from scipy.stats import t as student

from benchmarks.gate_coverage_results import LEVEL, Result, append, page, read
from benchmarks.gate_coverage_rows import Draw, Population
from components.comparison import Estimate, GroupSums, Kind, OutputPlan, PairedSums, Reference, Rows, Status
from models.errors import ConfigError

__all__ = ["JUDGED_BY", "Setting", "measured", "num_cells", "settings"]

DRAWS: Final = 2000
QUICK_DRAWS: Final = 200
JUDGED_BY: Final = {"rows": sys.maxsize, "sums": 0}  # To the rows that are kept one by one.

_RATES: Final = (0.005, 0.05, 0.5)
_MEAN_ROWS: Final = (1, 10, 100)
_POSITIVES: Final = 600  # Expected of a draw; those with fewer than the gate asks for are dropped, and counted.
_CLUSTERS: Final = 220
_GROUPS: Final = 560
_PILOT_USERS: Final = 20_000
_ROW_METRICS: Final = ("auc", "log_loss", "calibration")


@dataclasses.dataclass(frozen=True)
class Setting:
    """One population, the metrics asked of it, and how many users a draw has.

    Attributes:
        population: Where rows come from.
        metrics: All of rows, or GAUC alone.
        num_users: Of a draw.
    """

    population: Population
    metrics: tuple[str, ...]
    num_users: int


def settings() -> Iterator[Setting]:
    """All; GAUC wherever users have more than one row."""
    for mean_rows, rate in itertools.product(_MEAN_ROWS, _RATES):
        population = Population(rate, mean_rows)
        users = max(_POSITIVES / (min(rate, 1 - rate) * mean_rows), _CLUSTERS)
        yield Setting(population, _ROW_METRICS, math.ceil(users))
        if mean_rows > 1:
            yield Setting(population, ("gauc",), math.ceil(_GROUPS / _share_with_both(population)))


def num_cells() -> int:
    """Of a whole run."""
    return len(JUDGED_BY) * sum(len(setting.metrics) for setting in settings())


def measured(setting: Setting, *, draws: int, seed: int, judged_by: str) -> list[Result]:
    """Draws samples until enough are judged, and keeps what was said of each.

    Args:
        setting: What is drawn.
        draws: Samples that count.
        seed: Of the first.
        judged_by: One of `JUDGED_BY`.
    """
    is_grouped = setting.metrics == ("gauc",)
    plan = OutputPlan(
        output="click",
        kind=Kind.BINARY,
        metrics=setting.metrics,
        references=(Reference.BASELINE,),
        clustered=not is_grouped,
        exact_rows=JUDGED_BY[judged_by],
    )
    pool = GroupSums(dataclasses.replace(plan, exact_rows=0), "gauc")
    judged: dict[str, list[Estimate]] = {metric: [] for metric in setting.metrics}
    rng = np.random.default_rng([seed, round(setting.population.rate * 1000), setting.population.mean_rows, is_grouped])
    tried = rows = 0
    while len(judged[setting.metrics[0]]) < draws:
        draw = setting.population.draw(rng, setting.num_users)
        tried, rows = tried + 1, rows + len(draw.labels)
        sums = _grouped(plan, draw) if is_grouped else _paired(plan, draw)
        cells = sums.cells()
        if isinstance(sums, GroupSums):
            pool.merge(sums)
        if all(cell.status is Status.MEASURED for cell in cells):
            for cell in cells:
                if cell.difference is not None:
                    judged[cell.metric].append(cell.difference)
        elif tried > 3 * draws:
            raise ValueError(f"`num_users` must give what the gate asks for, got {cells[0].reason} Draw more.")
    # GAUC has no closed form: its truth is that of all draws, `draws` times the sample that it is held against.
    truth = {"gauc": pool.cells()[0].difference.value} if is_grouped else setting.population.truth
    return [
        Result(
            metric=metric,
            rate=setting.population.rate,
            mean_rows=setting.population.mean_rows,
            judged_by=judged_by,
            draws=draws,
            seed=seed,
            truth=truth[metric],
            rows=round(rows / tried),
            dropped=tried - draws,
            **_coverage(own, truth[metric]),
        )
        for metric, own in judged.items()
    ]


def _paired(plan: OutputPlan, draw: Draw) -> PairedSums:
    sums = PairedSums(plan)
    sums.add(Rows(labels=draw.labels, scores=draw.scores, clusters=draw.users))
    return sums


def _grouped(plan: OutputPlan, draw: Draw) -> GroupSums:
    sums = GroupSums(plan, "gauc")
    sums.add(Rows(labels=draw.labels, scores=draw.scores), draw.users)
    return sums


def _coverage(found: Sequence[Estimate], truth: float) -> dict[str, Any]:
    values, errors, dofs = (np.array([getattr(own, name) for own in found]) for name in ("value", "std_error", "dof"))
    reach = student.ppf((1 + LEVEL) / 2, dofs) * errors
    return {
        "held": int(np.count_nonzero(np.abs(values - truth) <= reach)),
        "error_over_spread": float(errors.mean() / values.std(ddof=1)),
    }


def _share_with_both(population: Population) -> float:
    draw = population.draw(np.random.default_rng(0), _PILOT_USERS)
    users = draw.users.astype(np.int64)
    positives, rows = np.bincount(users, weights=draw.labels), np.bincount(users)
    return float(np.mean((positives > 0) & (positives < rows)))


def main() -> None:
    """Measures the cells that are not in the results file yet, and prints the page of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("runs/gate_coverage.jsonl"))
    parser.add_argument("--table", action="store_true", help="only prints the page of finished cells")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_DRAWS} draws a cell instead of {DRAWS}")
    parser.add_argument("--seed", type=int, default=0, help="of the first draw")
    arguments = parser.parse_args()
    draws = QUICK_DRAWS if arguments.quick else DRAWS
    for by, setting in itertools.product(JUDGED_BY, settings()) if not arguments.table else ():
        done = {(own.metric, own.rate, own.mean_rows, own.judged_by, own.draws) for own in read(arguments.results)}
        population = setting.population
        if (setting.metrics[-1], population.rate, population.mean_rows, by, draws) not in done:
            for own in measured(setting, draws=draws, seed=arguments.seed, judged_by=by):
                append(arguments.results, own)
    finished = [own for own in read(arguments.results) if own.draws == draws]
    if not finished:
        raise ConfigError(
            "gate_coverage", [f"`results` must hold cells of {draws} draws, got none: leave out --table."]
        )
    Console(soft_wrap=True).print(page(finished, num_cells()), markup=False, highlight=False)


if __name__ == "__main__":
    main()
