"""What paired differences of several tasks come to: Holm's correction, and one of four states."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import numpy as np
from scipy.stats import ttest_1samp

from benchmarks.seed_intervals import LEVEL, Interval

__all__ = ["State", "direction", "holm", "paired_p", "state"]


class State(enum.Enum):
    """What a method does to the tasks, told by which of them it raises or lowers beyond the scatter of seeds.

    `WELL_DONE`: all up. `NO_REGRESSION`: none down, but not all up, maybe none. `SEESAW`: some up, some down.
    `NEGATIVE_TRANSFER`: some down, none up.
    """

    WELL_DONE = "well done"
    NO_REGRESSION = "no regression"
    SEESAW = "seesaw"
    NEGATIVE_TRANSFER = "negative transfer"


def direction(interval: Interval) -> int:
    """1 for a difference above zero, -1 for one below, 0 where the interval has zero in it."""
    return int(interval.low > 0) - int(interval.high < 0)


def state(directions: Sequence[int]) -> State:
    """The state of one direction a task."""
    ups, downs = directions.count(1), directions.count(-1)
    if ups and downs:
        return State.SEESAW
    if downs:
        return State.NEGATIVE_TRANSFER
    return State.WELL_DONE if ups == len(directions) else State.NO_REGRESSION


def paired_p(differences: Sequence[float]) -> float:
    """The two-sided p of Student's paired test; of differences without scatter 1 where they are 0, else 0."""
    sample = np.asarray(differences, np.float64)
    if np.all(sample == sample[0]):
        return 1.0 if sample[0] == 0 else 0.0
    return float(ttest_1samp(sample, 0.0).pvalue)


def holm(p_values: Sequence[float]) -> list[bool]:
    """Which differences stand at 1 - `LEVEL` when the chance of a single wrong one among all is held to it.

    Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics, 1979.
    """
    stands = [False] * len(p_values)
    for place, index in enumerate(np.argsort(p_values, kind="stable")):
        # As many are left as were not rejected before; the first that fails ends it.
        if p_values[index] > (1 - LEVEL) / (len(p_values) - place):
            break
        stands[int(index)] = True
    return stands
