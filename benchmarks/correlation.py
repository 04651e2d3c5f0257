"""Sharing architectures on two tasks whose relatedness is known, at equal parameters, data and steps.

Usage, from the root of the checkout: python -m benchmarks.correlation [--quick] [--out DIR] [--processes N]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import multiprocessing
import os
import pathlib
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.correlation_claims import CLAIMS, Losses, verdict
from benchmarks.quiet import load_tensorflow
from benchmarks.seed_intervals import bootstrap_interval

if TYPE_CHECKING:
    from benchmarks.correlation_training import Plan

__all__ = ["main"]

REFERENCE: Final = "mmoe"
CORRELATIONS: Final = (0.5, 0.9, 1.0)
FULL: Final = (10, 2_000)  # Seeds and steps.
QUICK: Final = (5, 300)
WIDTH: Final = 140  # Of the tables, also in a file.

_ONE_THREAD: Final = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

Runs = Mapping[tuple[float, str], list[Any]]  # `Outcome`s, in the order of seeds; typed where TensorFlow is.


def _job(job: tuple[float, str, int, Plan]) -> tuple[float, str, list[Any]]:
    """All seeds of one architecture at one correlation, in a process of its own."""
    from benchmarks.correlation_training import Training

    correlation, name, width, plan = job
    training = Training(name, width)
    return correlation, name, [training.run(plan, seed=seed, correlation=correlation) for seed in plan.seeds]


def _run(plan: Plan, widths: Mapping[str, tuple[int, int]], *, processes: int, console: Console) -> Runs:
    os.environ.update(_ONE_THREAD)  # The processes share the cores; threads of each would only get in their way.
    jobs = [(p, name, width, plan) for p in plan.correlations for name, (width, _) in widths.items()]
    found: dict[tuple[float, str], list[Any]] = {}
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes, initializer=load_tensorflow) as pool:
        for correlation, name, outcomes in pool.imap_unordered(_job, jobs):
            found[correlation, name] = outcomes
            console.print(f"{len(found)} of {len(jobs)} done, {time.monotonic() - started:.0f} s", style="dim")
    return {(p, name): found[p, name] for p in plan.correlations for name in widths}


def _table(correlation: float, losses: Losses, widths: Mapping[str, tuple[int, int]]) -> Table:
    table = Table(title=f"correlation {correlation}: mean squared error on new rows", box=SIMPLE)
    table.add_column("architecture")
    paired = (
        f"less {REFERENCE}'s [95 %]",
        f"share of {REFERENCE}'s [95 %]",
    )  # Seeds' tasks differ in how hard they are.
    for heading in ("width", "parameters", "loss [95 %]", *paired):
        table.add_column(heading, justify="right")
    for name, (width, size) in widths.items():
        own, reference = losses[correlation, name], losses[correlation, REFERENCE]
        less = bootstrap_interval([one - other for one, other in zip(own, reference, strict=True)])
        logs = bootstrap_interval([math.log(one / other) for one, other in zip(own, reference, strict=True)])
        share = f"{math.exp(logs.mean):.3f} [{math.exp(logs.low):.3f}, {math.exp(logs.high):.3f}]"
        compared = ("", "") if name == REFERENCE else (less.text(signed=True), share)
        table.add_row(name, str(width), f"{size:,}", bootstrap_interval(own).text(), *compared)
    return table


def _print_claims(console: Console, losses: Losses) -> None:
    console.print("What the papers expect, and what came out (* marks an interval without zero):")
    for claim in CLAIMS:
        found = verdict(claim, losses)
        if found:
            console.print(f"  {claim.text}: {found}")


def _write(folder: pathlib.Path, runs: Runs, widths: Mapping[str, tuple[int, int]], *, steps: int) -> None:
    from benchmarks.correlation_plot import draw

    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"correlation": p, "architecture": name, "width": widths[name][0], "parameters": widths[name][1]}
        | {"seed": run.seed, "steps": steps, "loss": run.loss, "curve": [round(point, 5) for point in run.curve]}
        for (p, name), outcomes in runs.items()
        for run in outcomes
    ]
    (folder / "correlation.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    draw({key: [run.curve for run in outcomes] for key, outcomes in runs.items()}, steps, folder / "correlation.svg")


def main() -> int:
    """Trains all, prints a table for each correlation and the claims, and writes the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[0]} seeds of {QUICK[1]} steps")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/correlation"), help="results and plot")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--seeds", type=int, help="how many, instead of the usual number")
    parser.add_argument("--steps", type=int, help="of each run, instead of the usual number; 40 at least")
    arguments = parser.parse_args()
    load_tensorflow()
    from benchmarks.correlation_training import ARCHITECTURES, BATCH, BUDGET, Plan, width_of

    seeds, steps = QUICK if arguments.quick else FULL
    plan = Plan(tuple(range(arguments.seeds or seeds)), CORRELATIONS, arguments.steps or steps)
    console, started = Console(width=WIDTH), time.monotonic()
    widths = {name: width_of(name) for name in ARCHITECTURES}
    console.print(f"{len(plan.seeds)} seeds, {plan.steps} steps of {BATCH} new rows, {BUDGET:,} parameters to 2 %")
    runs = _run(plan, widths, processes=arguments.processes, console=console)
    losses = {key: [run.loss for run in outcomes] for key, outcomes in runs.items()}
    for correlation, _ in itertools.groupby(key[0] for key in runs):
        console.print(_table(correlation, losses, widths))
    _print_claims(console, losses)
    _write(arguments.out, runs, widths, steps=plan.steps)
    console.print(f"{time.monotonic() - started:.0f} s; curves and losses are in {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
