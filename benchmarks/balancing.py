"""Every balancer against a static sum tuned as long: all with PLE on census, the best on other data and networks.

Usage, from the root of the checkout: nice -n 19 python -m benchmarks.balancing --data DIR [--second] [--results FILE]
[--only CASE ...] [--methods NAME ...] [--seeds N] [--limit RUNS] [--quick] [--table]
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.console import Console

from benchmarks import run_log
from benchmarks.balancing_results import BASELINE, FINAL, TUNING, Run, best, chosen, page
from benchmarks.balancing_settings import BUDGET, PLAIN, REPRESENTATION, SEGMENTED
from benchmarks.balancing_subjects import CENSUS, NAMES, SECOND, shown_name, subject_of
from benchmarks.quiet import load_tensorflow
from models.errors import ConfigError

if TYPE_CHECKING:
    from benchmarks.balancing_runs import Cell

__all__ = ["SEEDS", "cells_of", "pending"]

SEEDS: Final = 5
NUM_BEST: Final = 6
TUNING_SEED: Final = 0  # No final run has it.
FIRST_ARCHITECTURE: Final = "ple"
ARCHITECTURES: Final = (FIRST_ARCHITECTURE, "mmoe", "shared_bottom")  # Of the second table.


class Job(NamedTuple):
    """A run that is not finished yet: which of a cell's settings, to what end, with which seed."""

    cell: Cell
    place: int
    stage: str
    seed: int


def cells_of(
    names: Sequence[str], methods: Sequence[str], arguments: argparse.Namespace, *, is_second: bool
) -> list[list[Cell]]:
    """By subject, what is compared on it; the baseline is first.

    Args:
        names: Of subjects.
        methods: Besides the baseline.
        arguments: Of the command line.
        is_second: With all three architectures, and by segment where users are told.
    """
    from benchmarks.balancing_runs import Cell

    found = []
    for name in names:
        subject = subject_of(name, arguments.data.resolve(), arguments.cache.resolve(), is_quick=arguments.quick)
        wanted = dict.fromkeys((BASELINE, *methods))
        cells = [
            Cell(subject, architecture, method)
            for architecture in (ARCHITECTURES if is_second else (FIRST_ARCHITECTURE,))
            for method in wanted
        ]
        if is_second and subject.users:
            cells += [Cell(subject, FIRST_ARCHITECTURE, method) for method in (*SEGMENTED, *REPRESENTATION)]
        found.append(cells)
    return found


def pending(groups: Sequence[Sequence[Cell]], finished: Sequence[Run], seeds: int) -> Iterator[Job]:
    """What is to be run, subject by subject: settings first, then the chosen ones seed by seed.

    Args:
        groups: Cells by subject.
        finished: Read anew whenever a run is asked for, so it must grow by each before the next.
        seeds: Of final runs.
    """
    from benchmarks.balancing_runs import settings_of, setup_of

    for cells in groups:
        labels = {cell: [setting.label for setting in settings_of(cell)] for cell in cells}
        for cell in cells:
            for place in range(len(labels[cell])):
                job = Job(cell, place, TUNING, TUNING_SEED)
                if _found(job, labels[cell][place], setup_of(cell), finished) is None:
                    yield job
        places = {}
        for cell in cells:
            tuned = [_found(Job(cell, 0, TUNING, TUNING_SEED), text, setup_of(cell), finished) for text in labels[cell]]
            places[cell] = labels[cell].index(chosen([run for run in tuned if run is not None]).setting)
        for seed in range(1, seeds + 1):
            for cell in cells:
                job = Job(cell, places[cell], FINAL, seed)
                if _found(job, labels[cell][job.place], setup_of(cell), finished) is None:
                    yield job


def _found(job: Job, label: str, setup: str, finished: Sequence[Run]) -> Run | None:
    cell = job.cell
    key = (cell.subject.name, cell.architecture, cell.method, label, job.stage, job.seed, setup)
    return next((run for run in finished if run.key == key), None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="the folder of data sets")
    parser.add_argument("--second", action="store_true", help=f"the {NUM_BEST} best on other data, with three networks")
    parser.add_argument("--results", type=pathlib.Path, help="default: runs/balancing/balancing.jsonl, or quick.jsonl")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("runs/architectures"), help="of features")
    parser.add_argument("--only", nargs="+", action="extend", choices=NAMES, help="some of the cases", metavar="CASE")
    names = (*PLAIN, *SEGMENTED, *REPRESENTATION)
    parser.add_argument("--methods", nargs="+", choices=names, metavar="NAME", help="besides the static sum")
    parser.add_argument("--seeds", type=int, help=f"how many; {SEEDS}, or 1 with --quick")
    parser.add_argument("--limit", type=int, help="stops after so many runs")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one seed")
    parser.add_argument("--table", action="store_true", help="only prints the tables of finished runs")
    return parser


def _groups(arguments: argparse.Namespace, finished: Sequence[Run], seeds: int) -> list[list[Cell]]:
    possible = SECOND if arguments.second else CENSUS
    names = [name for name in possible if not arguments.only or name in arguments.only]
    if not names:
        message = f"`only` must name a case of this table, got {', '.join(arguments.only)}: {', '.join(possible)}."
        raise ConfigError("balancing", [message])
    methods = arguments.methods or PLAIN
    if arguments.second and not arguments.methods:
        first = [shown_name(name, is_quick=arguments.quick) for name in CENSUS]
        methods = best(finished, first, count=NUM_BEST, seeds=seeds)
    return cells_of(names, methods, arguments, is_second=arguments.second)


def main() -> int:
    """Runs what is not in the results file yet, or prints the tables of what is."""
    arguments, console = _parser().parse_args(), Console(soft_wrap=True)
    usual = pathlib.Path("runs/balancing", "quick.jsonl" if arguments.quick else "balancing.jsonl")
    path = arguments.results or usual
    finished = run_log.read(path, Run)
    if arguments.table:
        console.print(page(finished), markup=False, highlight=False)
        return 0
    if arguments.data is None:
        raise ConfigError("balancing", ["`data` must name the folder of data sets to run, got none: give --data."])
    load_tensorflow()
    from benchmarks.balancing_runs import train_one

    seeds = arguments.seeds or (1 if arguments.quick else SEEDS)
    groups = _groups(arguments, finished, seeds)
    in_all = (BUDGET + seeds) * sum(len(cells) for cells in groups)
    console.print(f"{len(finished)} runs in {path}; this table has {in_all}")
    for number, job in enumerate(pending(groups, finished, seeds), start=1):
        if arguments.limit is not None and number > arguments.limit:
            break
        run = train_one(job.cell, job.place, stage=job.stage, seed=job.seed)
        run_log.append(path, run)
        finished.append(run)
        shown = " ".join(f"{output} {score:.4f}" for output, score in run.scores.items())
        told = f"{run.case}, {run.architecture}, {run.method} ({run.setting}), {run.stage}, seed {run.seed}"
        console.print(f"{told}: {shown} ({run.seconds} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
