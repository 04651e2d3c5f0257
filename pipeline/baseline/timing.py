"""Seconds of calls that are made in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["interleaved_medians"]


def interleaved_medians(
    steps: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    warm_up: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds of each step; rounds alternate between steps, so that a busy machine slows all alike.

    Args:
        steps: By name.
        rounds: That count.
        warm_up: Rounds before them.
        clock: `time.process_time` counts what this process's threads worked, whatever else the machine does.
    """
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + warm_up):
        for name, step in steps.items():
            start = clock()
            step()
            if number >= warm_up:
                times[name].append(clock() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}
