"""What can be wrong between the balancing and what it balances, and what its user should know of it."""

from __future__ import annotations

import glob
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from components.example_gen.source import DataConfig, Format
from models.balancers import BalancerConfig
from models.binding import Problem
from models.signals import SignalConfig, signal_problems
from models.tasks import Task, TaskGraph
from models.tasks.check import graph_problems
from pipeline.config.config import PipelineConfig
from pipeline.config.features import Feature
from pipeline.config.inputs import largest_inputs

__all__ = ["balancing_problems", "balancing_warnings"]

_SAMPLE_BYTES: Final = 2**20  # Of the first file: enough lines for their mean length.


def balancing_problems(
    balancing: BalancerConfig,
    tasks: Sequence[Task] | None,
    features: Mapping[str, Feature] | None,
    *,
    signals: Sequence[SignalConfig] = (),
) -> Iterator[Problem]:
    """Whether the losses of `tasks` and `signals` can be balanced so, and told apart by `features`.

    Nothing of tasks that make no graph, and of what is None because it could not be read.
    """
    found = []
    if tasks is not None and not graph_problems(tasks):
        graph = TaskGraph(tuple(tasks))
        if not signal_problems(signals, tasks, taken=graph.taken_names):
            graph = TaskGraph(graph.tasks, tuple(signals))
        found += balancing.problems(graph.losses)
    if features is not None:
        found += balancing.input_problems(largest_inputs(features))
    for problem in found:
        yield Problem(("balancing", *problem.path), problem.message, problem.at_key)


def balancing_warnings(config: PipelineConfig) -> list[str]:
    """What may go wrong with the declared balancing, in sentences."""
    found = config.balancing.warnings(config.trained_graph.losses)
    least, steps = config.balancing.least_steps, _most_steps(config)
    if steps is not None and steps < least:
        found.append(
            f"`{config.balancing.method}` as declared needs {least} steps to do its work, and training takes about "
            f"{steps} at most, by the size of the data: declare it for fewer steps, or train for longer."
        )
    return found


def _most_steps(config: PipelineConfig) -> int | None:
    """About how many steps training takes if all rows train; None where that cannot be told in a moment."""
    rows = _about_rows(config.data)
    if rows is None:
        return None
    return config.training.epochs * math.ceil(rows / config.training.batch_size)


def _about_rows(data: DataConfig) -> float | None:
    """By the length of the files, and of the first lines; None of a format or a compression that hides it."""
    files = sorted(glob.glob(data.local_pattern))
    if data.format is not Format.CSV or not files or any(file.endswith(".gz") for file in files):
        return None
    with open(files[0], "rb") as first:
        sample = first.read(_SAMPLE_BYTES)
    lines = sample.count(b"\n")
    return sum(os.path.getsize(file) for file in files) * lines / len(sample) if lines else None
