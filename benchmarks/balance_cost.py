"""What a balanced step costs: every method's step over the plain joint-loss step of the same model, interleaved.

Usage, from the root of the checkout: python -m benchmarks.balance_cost [--tasks 2 4] [--levels N] [--rounds N]
[--methods KEY ...] [--large]
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import pathlib
import re
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.stats import bootstrap

from benchmarks.quiet import load_tensorflow

load_tensorflow()

import tensorflow as tf  # noqa: E402  # TensorFlow is silenced before it is imported.

from benchmarks.step_cost import bare_step, full_step  # noqa: E402
from benchmarks.steps import Batch, batch_of, model_of  # noqa: E402
from models.balancers import BALANCERS, Balancer, GramBalancer, Scope, Static  # noqa: E402
from models.gradients.combine import combine  # noqa: E402
from models.gradients.forward import forward  # noqa: E402
from models.gradients.sources import by_weight  # noqa: E402
from models.model import MultiTaskModel  # noqa: E402

FEW_IDS: Final = 10_000
MANY_IDS: Final = 1_000_000
WARM_UP: Final = 3
TARGETS: Final = {
    "bare": {2: 1.05, 4: 1.05},
    "limit": {},
    "loss": {2: 1.03, 4: 1.03},
    "representation": {2: 1.10, 4: 1.20},
    "parameters": {2: 1.35, 4: 1.60},
}
REQUIRED: Final = {"dwa": {"window": 100}, "schedule": {"period": 100}, "stch": {"mu": 0.1}}

Steps = Mapping[str, Callable[[], object]]


def balancers(keys: list[str]) -> dict[str, tuple[str, Balancer]]:
    """By row of the table, the kind of method, which has a target, and the method."""
    found: dict[str, tuple[str, Balancer]] = {}
    for key in keys:
        balancer = BALANCERS[key](**REQUIRED.get(key, {}))  # type: ignore[arg-type]
        if not isinstance(balancer, GramBalancer):
            found[key] = ("loss", balancer)
            continue
        found[f"{key}, parameters"] = ("parameters", balancer)
        if not balancer.compares_one_layer:
            found[f"{key}, representation"] = (
                "representation",
                dataclasses.replace(balancer, scope=Scope.REPRESENTATION),
            )
    return found


def interleaved(steps: Steps, rounds: int) -> dict[str, list[float]]:
    """Seconds of each step by round; every round takes all of them."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + WARM_UP):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            if number >= WARM_UP:
                times[name].append(time.perf_counter() - started)
    return times


def passes_back(model: MultiTaskModel, batch: Batch) -> Callable[[], None]:
    """A step of one pass back for each loss, their gradients added up: what an exact method costs without comparing."""

    @tf.function
    def step(features: dict[str, tf.Tensor], targets: dict[str, tf.Tensor]) -> tf.Tensor:
        passed = forward(model, features, targets)
        of_losses = by_weight(passed.of_targets(), passed.sources, passed.factor)
        ones = tf.ones([len(passed.losses)])
        gradients = combine(
            of_losses,
            lambda layer: ones,
            model.trainable_variables,
            num_tasks=len(passed.losses),
            of_task=lambda variable: False,
            trained=ones,
        )
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return tf.reduce_sum(passed.sums)

    def run() -> None:
        step(*batch).numpy()

    return run


def ratio(times: list[float], plain: list[float]) -> tuple[float, float, float]:
    """The median over rounds of the quotient, and its 95 % bootstrap interval."""
    quotients = [one / other for one, other in zip(times, plain, strict=True)]
    found = bootstrap((quotients,), np.median, method="percentile", random_state=0).confidence_interval
    return statistics.median(quotients), float(found.low), float(found.high)


def small(arguments: argparse.Namespace, console: Console) -> None:
    """The table at 10^4 ids a table."""
    for num_tasks in arguments.tasks:
        table = Table(
            "method", "ratio [95 %]", "target", box=SIMPLE, title=f"K={num_tasks}, {arguments.levels} level(s)"
        )
        base = model_of(num_tasks, num_ids=FEW_IDS, num_levels=arguments.levels)
        batch = batch_of(base, num_ids=FEW_IDS)
        plain = full_step(base, batch)
        alone = model_of(num_tasks, num_ids=FEW_IDS, num_levels=arguments.levels)
        rows = {"plain over a bare step": ("bare", plain), "passes back alone": ("limit", passes_back(alone, batch))}
        for name, every in (("plain, a look not due", 10**9), ("plain, a look at each step", 1)):
            model = model_of(num_tasks, num_ids=FEW_IDS, num_levels=arguments.levels)
            model.train_by(look_every=every)
            full_step(model, batch)()  # At step 0 it looks.
            rows[name] = ("limit", full_step(model, batch))
        for name, (kind, balancer) in balancers(arguments.methods).items():
            model = model_of(num_tasks, num_ids=FEW_IDS, num_levels=arguments.levels, balancer=balancer)
            rows[name] = (kind, full_step(model, batch))
        for name, (kind, step) in rows.items():
            other = bare_step(base, batch) if kind == "bare" else plain
            times = interleaved({"own": step, "other": other}, arguments.rounds)
            middle, low, high = ratio(times["own"], times["other"])
            target = TARGETS[kind].get(num_tasks)
            table.add_row(name, f"{middle:.3f} [{low:.3f}, {high:.3f}]", "" if target is None else f"{target:.2f}")
        console.print(table)


def _peak(job: tuple[int, int, Balancer]) -> float:
    """The largest memory of a process while it makes steps, in GB; building the model is over by then."""
    num_tasks, levels, balancer = job
    model = model_of(num_tasks, num_ids=MANY_IDS, num_levels=levels, balancer=balancer)
    step = full_step(model, batch_of(model, num_ids=MANY_IDS))
    step()
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # Forgets the peak so far.
    for _ in range(3):
        step()
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 2**20  # type: ignore[index]  # Linux always has it.


def large(arguments: argparse.Namespace, console: Console) -> None:
    """One method at 10^6 ids a table, which needs 6 GB: the ratio of its step, and that of peak memories."""
    name, (_, balancer) = next(iter(balancers(arguments.methods).items()))
    for num_tasks in arguments.tasks:
        steps = {}
        for label, used in (("plain", Static()), (name, balancer)):
            model = model_of(num_tasks, num_ids=MANY_IDS, num_levels=arguments.levels, balancer=used)
            steps[label] = full_step(model, batch_of(model, num_ids=MANY_IDS))
        times = interleaved(steps, arguments.rounds)
        middle, low, high = ratio(times[name], times["plain"])
        del steps
        # A process each: its peak cannot be taken back.
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            jobs = [(num_tasks, arguments.levels, used) for used in (Static(), balancer)]
            plain, balanced = pool.map(_peak, jobs, chunksize=1)
        console.print(f"K={num_tasks}, 10^6 ids: {name} {middle:.3f} [{low:.3f}, {high:.3f}] of plain")
        console.print(f"  peak memory {balanced:.2f} GB, plain {plain:.2f} GB: {balanced / plain:.2f}, target 1.30")


def main() -> None:
    """Prints a table for each number of tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", type=int, default=[2, 4], help="numbers of tasks")
    parser.add_argument("--levels", type=int, default=1, help="levels of PLE")
    parser.add_argument("--rounds", type=int, default=25, help="steps of each, interleaved")
    keys = sorted(set(BALANCERS) - {"static", "personal"})  # A table here has more ids than there may be segments.
    parser.add_argument("--methods", nargs="+", default=keys, choices=keys, metavar="KEY", help="all, unless said")
    parser.add_argument("--large", action="store_true", help="10^6 ids a table instead, the first method alone")
    arguments = parser.parse_args()
    console = Console(soft_wrap=True)
    (large if arguments.large else small)(arguments, console)


if __name__ == "__main__":
    main()
