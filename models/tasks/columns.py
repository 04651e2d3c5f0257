"""From evaluated labels and weights to the columns that every later stage reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from models.expression import Column
from models.tasks.graph import TaskGraph, known_column, label_column, weight_column
from models.tasks.task import Kind

__all__ = ["contradictions", "derive_columns", "out_of_range", "unusable_weights"]

_LARGEST: Final = float(np.finfo(np.float32).max)


def derive_columns(
    graph: TaskGraph, labels: Mapping[str, Column], weights: Mapping[str, Column]
) -> dict[str, np.ndarray]:
    """The labels and known-masks of every output and the sample weights of every task.

    A conditional output is known where every task of its space is known and positive and its own label is known. A
    product is 0 where any task of its chain is known to be 0, 1 where all are known to be 1, else not known.

    Args:
        graph: The tasks.
        labels: Each task's label; a binary one that is neither 0 nor 1 counts as not known (see `out_of_range`).
        weights: The weights of the tasks that declare one; a row without a usable one weighs 0
            (see `unusable_weights`).

    Returns:
        One float32 array, `[rows]`, for each of `graph.columns`, in that order; labels are 0 where not known.
    """
    usable = {task.name: _usable(labels[task.name], task.kind) for task in graph.tasks}
    columns = {}
    for output in graph.outputs:
        if output.is_product:
            result = _product([usable[name] for name in output.chain])
        else:
            result = _within([usable[name] for name in output.space], usable[output.task])
        columns[label_column(output.name)] = np.where(result.known, result.values, 0.0).astype(np.float32)
        columns[known_column(output.name)] = result.known.astype(np.float32)
    bad = unusable_weights(weights)
    for task in graph.tasks:
        weight = np.ones(len(labels[task.name].known), np.float32)
        if task.name in weights:
            weight = np.where(bad[task.name], 0.0, weights[task.name].values).astype(np.float32)
        columns[weight_column(task.name)] = weight
    return columns


def contradictions(graph: TaskGraph, labels: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Where a task is positive though a task it is given, directly or through others, is known to be negative.

    Returns:
        A boolean array, `[rows]`, for each task with a parent. A regression is positive where it is not 0.
    """
    usable = {task.name: _usable(labels[task.name], task.kind) for task in graph.tasks}
    found = {}
    for task in graph.tasks:
        above = [usable[name] for name in graph.ancestors(task.name)]
        if above:
            denied = np.logical_or.reduce([parent.known & (parent.values == 0) for parent in above])
            found[task.name] = denied & usable[task.name].known & (usable[task.name].values != 0)
    return found


def out_of_range(graph: TaskGraph, labels: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Where a known label cannot be one: a binary one is neither 0 nor 1, any is beyond float32.

    Returns:
        A boolean array, `[rows]`, for each task.
    """
    return {task.name: labels[task.name].known & ~_usable(labels[task.name], task.kind).known for task in graph.tasks}


def unusable_weights(weights: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Where a weight is not known, negative, not finite or beyond float32: a boolean array, `[rows]`, each."""
    return {
        name: ~(weight.known & (weight.values >= 0) & (weight.values <= _LARGEST)) for name, weight in weights.items()
    }


def _usable(label: Column, kind: Kind) -> Column:
    values = np.where(label.known, label.values, 0.0)
    fits = np.isin(values, (0.0, 1.0)) if kind is Kind.BINARY else np.abs(values) <= _LARGEST
    return Column(values, label.known & fits)


def _within(space: Sequence[Column], own: Column) -> Column:
    inside = [task.known & (task.values == 1) for task in space]
    return Column(own.values, np.logical_and.reduce([own.known, *inside]))


def _product(chain: Sequence[Column]) -> Column:
    denied = np.logical_or.reduce([task.known & (task.values == 0) for task in chain])
    affirmed = np.logical_and.reduce([task.known & (task.values == 1) for task in chain])
    return Column(affirmed.astype(np.float64), denied | affirmed)
