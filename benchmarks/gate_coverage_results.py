"""How often intervals held the truth, one line of JSON for each cell, and the page they come to."""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Iterator, Sequence
from typing import Final

from scipy.stats import binom

from benchmarks import run_log
from benchmarks.run_log import append

__all__ = ["BAND", "LEVEL", "Result", "append", "chance_of_a_miss", "page", "read"]

LEVEL: Final = 0.95
BAND: Final = (0.935, 0.965)

_ROUNDING: Final = 1e-9  # 0.965 times 2,000 comes out as less than 1,930.
_HEAD: Final = """\
# How often the gate's intervals hold the truth

What `python -m benchmarks.gate_coverage --table` prints of finished cells. A cell is {draws:,} draws of users with all
their rows, scored by two models of which one is slightly better; the true difference is worked out by quadrature, of
GAUC it is that of all draws together. Counted is how often the 95 % interval of the paired difference, clustered by
user, holds it. A draw has about 600 rows of the rarer class and at least 220 users, of GAUC about 560 users with both
classes: little more than the gate asks for before it decides. Draws with less are dropped and counted; of those the
gate says "too few".

`rows` are judged by all rows one by one, `sums` by what stands in for them above the limit of rows that are kept: 256
buckets of users and histograms of scores, of GAUC sums over users. Error over spread is the mean standard error over
the standard deviation of the differences drawn: 1 is right. The binomial error of a share is {error:.2%}; a star marks
one beyond {low:.1%} to {high:.1%}."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One metric of one population.

    Attributes:
        metric: Key.
        rate: Share of rows with label 1.
        mean_rows: Rows of a user, geometric; 1 is one each.
        judged_by: "rows" or "sums".
        draws: Samples that count.
        seed: Of the draws.
        held: Draws whose interval holds the truth.
        truth: The difference in the population.
        error_over_spread: Mean standard error over the standard deviation of the differences.
        rows: Of a draw, on average.
        dropped: Draws with too few positives, clusters or groups, of which the gate claims nothing.
    """

    metric: str
    rate: float
    mean_rows: int
    judged_by: str
    draws: int
    seed: int
    held: int
    truth: float
    error_over_spread: float
    rows: int
    dropped: int

    @property
    def share(self) -> float:
        """Of intervals that hold the truth."""
        return self.held / self.draws

    @property
    def is_in_band(self) -> bool:
        """Whether the share is what is promised."""
        return BAND[0] - _ROUNDING <= self.share <= BAND[1] + _ROUNDING


def read(path: pathlib.Path) -> list[Result]:
    """All finished cells; see `run_log.read`."""
    return run_log.read(path, Result)


def chance_of_a_miss(draws: int) -> float:
    """That a right 95 % interval comes out beyond the band in so many draws."""
    inside = binom.cdf(math.floor(BAND[1] * draws + _ROUNDING), draws, LEVEL)
    return float(1 - inside + binom.cdf(math.ceil(BAND[0] * draws - _ROUNDING) - 1, draws, LEVEL))


def page(results: Sequence[Result], full: int) -> str:
    """The table, and how many of its cells may miss by chance.

    Args:
        results: At least one, all of equally many draws.
        full: Cells of a whole run.
    """
    draws = results[0].draws
    error = math.sqrt(LEVEL * (1 - LEVEL) / draws)
    head = _HEAD.format(draws=draws, error=error, low=BAND[0], high=BAND[1])
    lost = full - len(results)
    still = [f"\n{lost} of {full} cells are not measured yet: nothing is claimed of them."] if lost else []
    return "\n".join([head, "", *_table(results), "", _verdict(results, draws), *still])


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield "| metric | rate | rows a user | judged by | rows | coverage | error over spread | dropped |"
    yield "|---|--:|--:|---|--:|--:|--:|--:|"
    for own in results:
        yield (
            f"| {own.metric} | {own.rate:.1%} | {own.mean_rows} | {own.judged_by} | {own.rows:,} | "
            f"{own.share:.2%}{'' if own.is_in_band else '*'} | {own.error_over_spread:.3f} | {own.dropped} |"
        )


def _verdict(results: Sequence[Result], draws: int) -> str:
    chance, missed = chance_of_a_miss(draws), sum(not own.is_in_band for own in results)
    most = binom.ppf(LEVEL, len(results), chance)
    return (
        f"{missed} of {len(results)} cells lie beyond the band. With right intervals a cell does so by chance with "
        f"{chance:.2%}:\n{chance * len(results):.2f} cells expected, at most {most:.0f} with 95 % confidence. The mean "
        f"of all shares is {sum(own.share for own in results) / len(results):.2%}."
    )
