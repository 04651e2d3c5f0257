"""Finished runs, one line of JSON each, and the table they come to."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks import run_log
from benchmarks.run_log import append
from benchmarks.seed_intervals import student_interval

__all__ = ["BASELINE", "Result", "append", "markdown", "page", "read"]

BASELINE: Final = "single_task"

_HEAD: Final = f"""\
# Every architecture on real data

What `python -m benchmarks.architectures --table` prints of finished runs; how they were made, and what can be read from
them, is said in [benchmarks.md](benchmarks.md#real-data). Under `{BASELINE}` stand its scores on eval rows, means over
seeds; under every other architecture its differences from them, paired by seed, with Student's interval of 95 %. More
is better: scores are AUC, and of regressions the root of the mean squared error, negative. A star marks an interval
without zero. A case is complete with {{full}} runs; an architecture shows from its second seed on."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One run.

    Attributes:
        case: Data set and tasks.
        architecture: Its name in the catalogue.
        seed: Of initial weights and of the order of rows.
        setup: Tells runs that were made alike from others.
        width: Of its experts.
        parameters: Between embeddings and logits.
        scores: By output, on eval rows: AUC of a binary one, else the root of the mean squared error, negative, so
            that more is better.
        seconds: Of the run.
    """

    case: str
    architecture: str
    seed: int
    setup: str
    width: int
    parameters: int
    scores: Mapping[str, float]
    seconds: float

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What is not run twice."""
        return self.case, self.architecture, self.seed, self.setup


def read(path: pathlib.Path) -> list[Result]:
    """All finished runs; see `run_log.read`."""
    return run_log.read(path, Result)


def page(results: Sequence[Result], full: int) -> str:
    """All tables under a head that says how to read them.

    Args:
        results: Finished runs.
        full: Runs of a case that is complete.
    """
    return "\n".join([_HEAD.format(full=full), *markdown(results)])


def markdown(results: Sequence[Result]) -> Iterator[str]:
    """Lines of a table for each case: the baseline's mean scores, and every other's paired difference from it."""
    for case in dict.fromkeys(result.case for result in results):
        own = [result for result in results if result.case == case]
        outputs = list(own[0].scores)
        yield ""
        yield f"**{case}**: {len(own)} runs"
        yield ""
        yield "| architecture | width | parameters | seeds | " + " | ".join(outputs) + " |"
        yield "|---|---:|---:|---:|" + "---:|" * len(outputs)
        base = {result.seed: result for result in own if result.architecture == BASELINE}
        for name in dict.fromkeys([BASELINE, *(result.architecture for result in own)]):
            runs = [result for result in own if result.architecture == name and result.seed in base]
            if len(runs) > 1:
                head = f"| {name} | {runs[0].width} | {runs[0].parameters:,} | {len(runs)} | "
                yield head + " | ".join(_cell(runs, base, output) for output in outputs) + " |"


def _cell(runs: Sequence[Result], base: Mapping[int, Result], output: str) -> str:
    if runs[0].architecture == BASELINE:
        return f"{sum(run.scores[output] for run in runs) / len(runs):.4f}"
    differences = [run.scores[output] - base[run.seed].scores[output] for run in runs]
    return student_interval(differences).text(signed=True)
