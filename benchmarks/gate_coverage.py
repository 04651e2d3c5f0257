"""How often the gate's 95 % intervals hold the true difference of two models.

Usage, from the root of the checkout: python -m benchmarks.gate_coverage [--quick] [--draws N] [--sums]
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import sys
import time
from collections.abc import Iterator
from typing import Final

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.stats import binom
from scipy.stats import t as student

from benchmarks.gate_coverage_rows import Draw, Population
from components.comparison import Cell, GroupSums, Kind, OutputPlan, PairedSums, Reference, Rows, Status

__all__ = ["Coverage", "Setting", "chance_of_a_miss", "measured", "settings"]

DRAWS: Final = 2000
QUICK_DRAWS: Final = 200
LEVEL: Final = 0.95
BAND: Final = (0.935, 0.965)

_RATES: Final = (0.005, 0.05, 0.5)
_MEAN_ROWS: Final = (1, 10, 100)
_POSITIVES: Final = 600  # Expected of a draw; those with fewer than the gate asks for are dropped, and counted.
_CLUSTERS: Final = 220
_GROUPS: Final = 560
_PILOT_USERS: Final = 20_000
_ROW_METRICS: Final = ("auc", "log_loss", "calibration")
_WIDTH: Final = 120


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


@dataclasses.dataclass(frozen=True)
class Coverage:
    """What became of one metric in one setting.

    Attributes:
        population: Where rows come from.
        metric: Key.
        truth: The difference in the population.
        values: `[draws]` differences.
        std_errors: `[draws]`.
        dofs: `[draws]`.
        dropped: Draws with too few positives, clusters or groups, of which the gate claims nothing.
        rows: Of all draws, on average.
    """

    population: Population
    metric: str
    truth: float
    values: np.ndarray
    std_errors: np.ndarray
    dofs: np.ndarray
    dropped: int
    rows: float

    @property
    def share(self) -> float:
        """Of intervals that hold the truth."""
        reach = student.ppf((1 + LEVEL) / 2, self.dofs) * self.std_errors
        return float(np.mean(np.abs(self.values - self.truth) <= reach))

    @property
    def error(self) -> float:
        """Binomial standard error of `share`, were it 95 %."""
        return math.sqrt(LEVEL * (1 - LEVEL) / len(self.values))

    @property
    def is_in_band(self) -> bool:
        """Whether the share is what is promised."""
        return BAND[0] <= self.share <= BAND[1]


def settings() -> Iterator[Setting]:
    """All; GAUC wherever users have more than one row."""
    for mean_rows, rate in itertools.product(_MEAN_ROWS, _RATES):
        population = Population(rate, mean_rows)
        users = max(_POSITIVES / (min(rate, 1 - rate) * mean_rows), _CLUSTERS)
        yield Setting(population, _ROW_METRICS, math.ceil(users))
        if mean_rows > 1:
            yield Setting(population, ("gauc",), math.ceil(_GROUPS / _share_with_both(population)))


def measured(setting: Setting, *, draws: int, seed: int, exact_rows: int) -> list[Coverage]:
    """Draws samples until enough are judged, and keeps what was said of each.

    Args:
        setting: What is drawn.
        draws: Samples that count.
        seed: Of the first.
        exact_rows: As of `OutputPlan`.
    """
    is_grouped = setting.metrics == ("gauc",)
    plan = OutputPlan(
        output="click",
        kind=Kind.BINARY,
        metrics=setting.metrics,
        references=(Reference.BASELINE,),
        clustered=not is_grouped,
        exact_rows=exact_rows,
    )
    pool = GroupSums(dataclasses.replace(plan, exact_rows=0), "gauc")
    judged: dict[str, list[Cell]] = {metric: [] for metric in setting.metrics}
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
                judged[cell.metric].append(cell)
        elif tried > 3 * draws:
            raise ValueError(f"`num_users` must give what the gate asks for, got {cells[0].reason} Draw more.")
    # GAUC has no closed form: its truth is that of all draws, `draws` times the sample that it is held against.
    truth = {"gauc": pool.cells()[0].difference.value} if is_grouped else setting.population.truth
    return [
        _coverage(setting.population, metric, truth[metric], cells, dropped=tried - draws, rows=rows / tried)
        for metric, cells in judged.items()
    ]


def chance_of_a_miss(draws: int) -> float:
    """That a right 95 % interval comes out beyond the band in so many draws."""
    inside = binom.cdf(math.floor(BAND[1] * draws + 1e-9), draws, LEVEL)
    return float(1 - inside + binom.cdf(math.ceil(BAND[0] * draws - 1e-9) - 1, draws, LEVEL))


def _paired(plan: OutputPlan, draw: Draw) -> PairedSums:
    sums = PairedSums(plan)
    sums.add(Rows(labels=draw.labels, scores=draw.scores, clusters=draw.users))
    return sums


def _grouped(plan: OutputPlan, draw: Draw) -> GroupSums:
    sums = GroupSums(plan, "gauc")
    sums.add(Rows(labels=draw.labels, scores=draw.scores), draw.users)
    return sums


def _coverage(
    population: Population, metric: str, truth: float, cells: list[Cell], *, dropped: int, rows: float
) -> Coverage:
    found = [cell.difference for cell in cells if cell.difference is not None]
    columns = (np.array([getattr(own, name) for own in found]) for name in ("value", "std_error", "dof"))
    return Coverage(population, metric, truth, *columns, dropped=dropped, rows=rows)


def _share_with_both(population: Population) -> float:
    draw = population.draw(np.random.default_rng(0), _PILOT_USERS)
    users = draw.users.astype(np.int64)
    positives, rows = np.bincount(users, weights=draw.labels), np.bincount(users)
    return float(np.mean((positives > 0) & (positives < rows)))


def _table(found: list[Coverage], draws: int) -> Table:
    table = Table(box=SIMPLE, title=f"Share of 95 % intervals that hold the true difference, {draws} draws a cell")
    for column in ("metric", "rate", "rows a user", "rows", "coverage", "binomial error", "error / spread", "dropped"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    for own in found:
        table.add_row(
            own.metric,
            f"{own.population.rate:.1%}",
            str(own.population.mean_rows),
            f"{own.rows:,.0f}",
            f"{own.share:.1%}{'' if own.is_in_band else ' *'}",
            f"{own.error:.1%}",
            f"{own.std_errors.mean() / own.values.std(ddof=1):.3f}",
            str(own.dropped),
        )
    return table


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_DRAWS} draws a cell instead of {DRAWS}")
    parser.add_argument("--draws", type=int, help="so many draws a cell")
    parser.add_argument("--seed", type=int, default=0, help="of the first draw")
    parser.add_argument("--sums", action="store_true", help="by the sums that stand in for many rows, not by the rows")
    arguments = parser.parse_args()
    draws = arguments.draws or (QUICK_DRAWS if arguments.quick else DRAWS)
    console = Console(width=_WIDTH)
    started, found = time.perf_counter(), []
    for setting in settings():
        exact_rows = 0 if arguments.sums else sys.maxsize
        found += measured(setting, draws=draws, seed=arguments.seed, exact_rows=exact_rows)
        took = time.perf_counter() - started
        print(
            f"{took:6.0f} s  {setting}: {', '.join(f'{own.share:.1%}' for own in found[-len(setting.metrics) :])}",
            file=sys.stderr,
        )
    console.print(_table(found, draws))
    chance = chance_of_a_miss(draws)
    missed = sum(not own.is_in_band for own in found)
    console.print(
        f"{missed} of {len(found)} cells (*) lie beyond {BAND[0]:.1%} to {BAND[1]:.1%}. With right intervals each does "
        f"so by chance with {chance:.2%}: {chance * len(found):.2f} cells expected, at most "
        f"{binom.ppf(LEVEL, len(found), chance):.0f} with 95 % confidence."
    )


if __name__ == "__main__":
    main()
