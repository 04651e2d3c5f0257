"""How often a gate over AUCs is right, by formula."""

from __future__ import annotations

import bisect
import dataclasses
import math
from typing import Final

from scipy.stats import binom, norm

from components.comparison.judging import MIN_CLUSTERS, MIN_POSITIVES
from components.gate.decide import POWER
from pipeline.gate_simulate.config import PowerConfig
from pipeline.gate_simulate.error import auc_error

__all__ = ["Power", "TaskPower", "power_of"]

_ROWS: Final = range(1, 2**50)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskPower:
    """What the gate can tell of one task.

    Attributes:
        base_rate: Share of positives.
        positives: Rows with label 1, in the mean.
        is_enough: Whether the rows are enough, in the mean, for an interval to count; else nothing passes.
        error: Standard error of the difference of an equal model.
        passes_equal: The chance that a model just as good passes.
        stops_worse: The chance that the worse model does not pass; of a lenient task, `shows_worse`.
        shows_worse: The chance that it is shown to be worse by more than the margin, not only left unsettled, by an
            interval that counts.
        rows_asked_for: At least so many rows settle that an equal model is no worse, on all tasks together with a
            probability of 0.8.
    """

    base_rate: float
    positives: float
    is_enough: bool
    error: float
    passes_equal: float
    stops_worse: float
    shows_worse: float
    rows_asked_for: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Power:
    """What the gate can tell of all tasks.

    Attributes:
        tasks: One a base rate.
        passes_equal: The chance that a model just as good on all tasks passes, if their errors are independent.
        passes_equal_at_least: The same, however they hang together.
        stops_worse: The chance that a model worse on the task where that is seen least does not pass.
    """

    tasks: tuple[TaskPower, ...]
    passes_equal: float
    passes_equal_at_least: float
    stops_worse: float


def power_of(config: PowerConfig) -> Power:
    """The chances of rule `non_inferior` on every task, by the normal distribution of the differences."""
    asked = zip(config.base_rates, config.margins, config.leniences, strict=True)
    tasks = tuple(_task(config, rate, margin, is_lenient=is_lenient) for rate, margin, is_lenient in asked)
    return Power(
        tasks=tasks,
        passes_equal=math.prod(task.passes_equal for task in tasks),
        passes_equal_at_least=max(0.0, 1 - sum(1 - task.passes_equal for task in tasks)),
        stops_worse=min(task.stops_worse for task in tasks),
    )


def _task(config: PowerConfig, base_rate: float, margin: float, *, is_lenient: bool) -> TaskPower:
    quantile = float(norm.ppf(config.confidence))
    equal = auc_error(config, base_rate, candidate=config.auc)
    worse = auc_error(config, base_rate, candidate=config.worse_auc(margin))
    loss = (config.worse - 1) * margin  # Of the worse model, beyond the margin.
    enough = _chance_of_enough(config, base_rate, config.rows)

    def passes_equal(rows: int) -> float:
        within = norm.cdf(margin / equal * math.sqrt(rows / config.rows) - quantile)
        return float(within) * _chance_of_enough(config, base_rate, rows)

    shown = float(norm.cdf(loss / worse - quantile)) * enough
    unshown = 1 - float(norm.cdf(-margin / equal - quantile)) * enough  # Of an equal model.
    power = 1 - (1 - POWER) / len(config.base_rates)
    rarer = config.rows * min(base_rate, 1 - base_rate)
    return TaskPower(
        base_rate=base_rate,
        positives=config.rows * base_rate,
        is_enough=rarer >= MIN_POSITIVES and config.rows >= MIN_CLUSTERS * config.cluster_size,
        error=equal,
        passes_equal=unshown if is_lenient else passes_equal(config.rows),
        stops_worse=shown if is_lenient else 1 - float(norm.cdf(-loss / worse - quantile)) * enough,
        shows_worse=shown,
        rows_asked_for=_ROWS[bisect.bisect_left(_ROWS, power, hi=len(_ROWS) - 1, key=passes_equal)],
    )


def _chance_of_enough(config: PowerConfig, base_rate: float, rows: int) -> float:
    """That an interval counts: rows of a class come by chance, and enough of them in the mean are often too few."""
    if rows < max(MIN_CLUSTERS * config.cluster_size, 2 * MIN_POSITIVES):
        return 0.0
    few, many = binom.cdf([MIN_POSITIVES - 1, rows - MIN_POSITIVES], rows, base_rate)
    return float(many - few)
