"""Finished runs of balancers, the settings they choose, and the tables they come to."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.balancing_verdict import direction, holm, paired_p, state
from benchmarks.seed_intervals import Interval, student_interval

__all__ = ["BASELINE", "FINAL", "TUNING", "Run", "best", "chosen", "markdown", "page"]

BASELINE: Final = "static"
TUNING: Final = "tuning"
FINAL: Final = "final"

_HEAD: Final = f"""\
# Every balancer against a tuned static sum

What `python -m benchmarks.balancing --table` prints of finished runs; how they are made is said in
[balancing.md](balancing.md). Under `{BASELINE}` stand its scores on eval rows, means over seeds; under every other
method its differences from them, paired by seed, with Student's interval of 95 %. More is better: scores are AUC, and
of regressions the root of the mean squared error, negative. A star marks an interval without zero; bold, one that
stands after Holm's correction over all comparisons of its case. The verdict is told by the intervals as they are, and
once more by what stands after the correction. A step is timed in turn with one of the static sum, in one process."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One run.

    Attributes:
        case: Data set and tasks.
        architecture: Its name in the catalogue.
        method: How tasks are balanced.
        setting: Of the method; one of its candidates.
        stage: `TUNING`, judged on train rows held out, or `FINAL`, on eval rows.
        seed: Of initial weights, of the order of rows and, where they are drawn, of the rows.
        setup: Tells runs that were made alike from others.
        parameters: Between embeddings and logits.
        scores: By output: AUC of a binary one, else the root of the mean squared error, negative.
        objective: What settings are chosen by; more is better.
        is_finite: Whether all predictions were; others count as 0.
        step_ratio: Seconds of a step over those of the static sum's; None where not timed.
        seconds: Of the run.
    """

    case: str
    architecture: str
    method: str
    setting: str
    stage: str
    seed: int
    setup: str
    parameters: int
    scores: Mapping[str, float]
    objective: float
    is_finite: bool
    step_ratio: float | None
    seconds: float

    @property
    def key(self) -> tuple[str, str, str, str, str, int, str]:
        """What is not run twice."""
        return self.case, self.architecture, self.method, self.setting, self.stage, self.seed, self.setup


def chosen(tuned: Sequence[Run]) -> Run:
    """The best of a method's settings: of finite ones where there are any, of equal ones the first."""
    return max(tuned, key=lambda run: (run.is_finite, run.objective))


def latest(runs: Sequence[Run]) -> list[Run]:
    """Of each method, those of the setup that ran last: an earlier one is not comparable."""
    setups = {(run.case, run.architecture, run.method): run.setup for run in runs}
    return [run for run in runs if setups[run.case, run.architecture, run.method] == run.setup]


def best(runs: Sequence[Run], cases: Sequence[str], *, count: int, seeds: int) -> tuple[str, ...]:
    """The methods whose mean difference from the baseline is largest, over all outputs of `cases`.

    Args:
        runs: Finished ones.
        cases: Every method must have been run on all of them.
        count: How many methods.
        seeds: That every method must have been run with.

    Raises:
        ValueError: A run is missing.
    """
    final = [run for run in latest(runs) if run.stage == FINAL and run.case in cases]
    base = {(run.case, run.seed): run for run in final if run.method == BASELINE}
    gains = {}
    for method in dict.fromkeys(run.method for run in final if run.method != BASELINE):
        own = [run for run in final if run.method == method and (run.case, run.seed) in base]
        if len(own) != len(cases) * seeds:
            raise ValueError(
                f"`runs` must hold {seeds} seeds of {method} and of {BASELINE} on each of {len(cases)} cases, got "
                f"{len(own)} pairs: run them first, or name the methods with --methods."
            )
        gains[method] = statistics.fmean(gain for run in own for gain in _gains(run, base[run.case, run.seed]).values())
    if len(gains) < count:
        raise ValueError(f"`runs` must hold {count} methods or more, got {len(gains)}: run the first table.")
    return tuple(sorted(gains, key=lambda method: -gains[method])[:count])


def page(runs: Sequence[Run]) -> str:
    """All tables under a head that says how to read them."""
    return "\n".join([_HEAD, *markdown(runs)])


@dataclasses.dataclass(frozen=True)
class _Row:
    """A method and its differences."""

    runs: Sequence[Run]
    gains: Mapping[str, Sequence[float]]

    @property
    def intervals(self) -> dict[str, Interval]:
        return {output: student_interval(values) for output, values in self.gains.items()}


def markdown(runs: Sequence[Run]) -> Iterator[str]:
    """Lines of a table for each case and architecture; a method shows from its second seed on."""
    final = [run for run in latest(runs) if run.stage == FINAL]
    for case in dict.fromkeys(run.case for run in final):
        own = [run for run in final if run.case == case]
        architectures = dict.fromkeys(run.architecture for run in own)
        tables = {name: list(_rows([run for run in own if run.architecture == name])) for name in architectures}
        compared = [(row, output) for rows in tables.values() for row in rows for output in row.gains]
        stands = holm([paired_p(row.gains[output]) for row, output in compared])
        standing = {(id(row), output) for (row, output), holds in zip(compared, stands, strict=True) if holds}
        for name, rows in tables.items():
            base = [run for run in own if run.architecture == name and run.method == BASELINE]
            yield from _table(case, base, rows, standing=standing, num_compared=len(compared))


def _rows(runs: Sequence[Run]) -> Iterator[_Row]:
    base = {run.seed: run for run in runs if run.method == BASELINE}
    for method in dict.fromkeys(run.method for run in runs if run.method != BASELINE):
        own = [run for run in runs if run.method == method and run.seed in base]
        if len(own) > 1:
            gains = [_gains(run, base[run.seed]) for run in own]
            yield _Row(own, {output: [gain[output] for gain in gains] for output in own[0].scores})


def _gains(run: Run, base: Run) -> dict[str, float]:
    return {output: score - base.scores[output] for output, score in run.scores.items()}


def _table(
    case: str, base: Sequence[Run], rows: Sequence[_Row], *, standing: set[tuple[int, str]], num_compared: int
) -> Iterator[str]:
    if not base:
        return
    outputs = list(base[0].scores)
    head = ["method", "setting", "seeds", *outputs, "verdict", "after Holm", "step"]
    yield ""
    size = f"{base[0].parameters:,} parameters; {num_compared} comparisons in the case"
    yield f"**{case}, {base[0].architecture}** ({size})"
    yield ""
    yield _line(head)
    yield "|---|---|---:|" + "---:|" * len(outputs) + "---|---|---:|"
    means = [f"{statistics.fmean(run.scores[output] for run in base):.4f}" for output in outputs]
    yield _line([BASELINE, base[0].setting, _seeds(base), *means, "", "", "1.00"])
    for row in rows:
        holds = {output: (id(row), output) in standing for output in outputs}
        directions = {output: direction(interval) for output, interval in row.intervals.items()}
        corrected = [directions[output] * holds[output] for output in outputs]
        cells = [_cell(row.intervals[output], stands=holds[output]) for output in outputs]
        ratios = [run.step_ratio for run in row.runs if run.step_ratio is not None]
        verdicts = [_verdict([directions[output] for output in outputs]), _verdict(corrected)]
        step = f"{statistics.median(ratios):.2f}" if ratios else ""
        yield _line([row.runs[0].method, row.runs[0].setting, _seeds(row.runs), *cells, *verdicts, step])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seeds(runs: Sequence[Run]) -> str:
    broken = sum(not run.is_finite for run in runs)
    return f"{len(runs)}, {broken} not finite" if broken else f"{len(runs)}"


def _cell(interval: Interval, *, stands: bool) -> str:
    text = interval.text(signed=True)
    return f"**{text.replace('*', '')}**" if stands else text


def _verdict(directions: Sequence[int]) -> str:
    """With how many tasks are up and down, for `no regression` may be all or nothing."""
    ups, downs = directions.count(1), directions.count(-1)
    return f"{state(directions).value} ({ups} up, {downs} down)"
