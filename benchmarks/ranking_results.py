"""What roads to one order came to: NDCG@10 an objective, and what training and serving take."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.seed_intervals import student_interval

__all__ = ["POINTWISE", "Run", "page"]

POINTWISE: Final = "pointwise multi-task, fused"  # What all others are compared with.
_LEAST_SEEDS: Final = 2


@dataclasses.dataclass(frozen=True)
class Run:
    """One road on one subject with one seed.

    Attributes:
        subject: Its name.
        road: Its name.
        seed: Of weights and order; of the simulated lists also of the world.
        setup: Tells runs of other settings apart.
        ndcg: NDCG@10 by objective, of grades and, where it is known, of the true relevance.
        weights: Of the fusion, by objective; empty without one.
        train_s: Wall seconds of training, of tuning the fusion too.
        serving_ratio: Seconds of scoring 1,000 candidates over the pointwise model's; None where it was not timed.
    """

    subject: str
    road: str
    seed: int
    setup: str
    ndcg: Mapping[str, float]
    weights: Mapping[str, float]
    train_s: float
    serving_ratio: float | None = None

    @property
    def key(self) -> tuple[str, str, int, str]:
        """Tells finished runs."""
        return self.subject, self.road, self.seed, self.setup


def page(runs: Sequence[Run]) -> str:
    """A table a subject, in Markdown; of the newest setup."""
    return "\n".join(line for subject in dict.fromkeys(run.subject for run in runs) for line in _table(subject, runs))


def _table(subject: str, runs: Sequence[Run]) -> Iterator[str]:
    setup = next(run.setup for run in reversed(runs) if run.subject == subject)
    own = [run for run in runs if (run.subject, run.setup) == (subject, setup)]
    columns = list(own[0].ndcg)
    yield f"{subject}: NDCG@10 of {', '.join(columns)}; the difference to the first road, mean over seeds."
    yield ""
    yield f"| road | {' | '.join(columns)} | training | serving |"
    yield f"|---|{'--:|' * (len(columns) + 2)}"
    base = {run.seed: run for run in own if run.road == POINTWISE}
    for road in dict.fromkeys(run.road for run in own):
        mine = {run.seed: run for run in own if run.road == road}
        cells = [_cell(column, mine, base) for column in columns]
        yield f"| {road} | {' | '.join(cells)} | {_training(mine, base)} | {_serving(mine)} |"
    yield ""
    yield f"Seeds: {', '.join(map(str, sorted(base)))}. Ends are of 95 % intervals, paired by seed."
    yield ""


def _cell(column: str, mine: Mapping[int, Run], base: Mapping[int, Run]) -> str:
    shared = sorted(set(mine) & set(base))
    mean = f"{statistics.fmean(run.ndcg[column] for run in mine.values()):.4f}"
    if not shared or mine is base or mine[shared[0]].road == POINTWISE:
        return mean
    differences = [mine[seed].ndcg[column] - base[seed].ndcg[column] for seed in shared]
    if len(shared) < _LEAST_SEEDS:
        return f"{mean}, {differences[0]:+.4f}"
    return f"{mean}, {student_interval(differences).text(signed=True)}"


def _training(mine: Mapping[int, Run], base: Mapping[int, Run]) -> str:
    ratios = [mine[seed].train_s / base[seed].train_s for seed in set(mine) & set(base)]
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def _serving(mine: Mapping[int, Run]) -> str:
    timed = [run.serving_ratio for run in mine.values() if run.serving_ratio is not None]
    return f"{timed[0]:.2f}" if timed else "1.00" if any(run.road == POINTWISE for run in mine.values()) else ""
