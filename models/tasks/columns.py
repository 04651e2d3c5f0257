"""From evaluated labels and weights to the columns that every later stage reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from models.expression import Column
from models.heads import HeadConfig
from models.tasks.graph import TaskGraph, known_column, label_column, weight_column
from models.tasks.maturity import Window

__all__ = ["contradictions", "derive_columns", "out_of_range", "unusable_weights"]

_LARGEST: Final = float(np.finfo(np.float32).max)


def derive_columns(
    graph: TaskGraph,
    labels: Mapping[str, Column],
    weights: Mapping[str, Column],
    *,
    windows: Mapping[str, Window] | None = None,
) -> dict[str, np.ndarray]:
    """The labels and known-masks of every output and the sample weights of every task.

    A conditional output is known where every task of its space is known and positive and its own label is known. A
    product is 0 where any task of its chain is known to be 0, 1 where all are known to be 1, else not known.

    Where negatives were left out of the rows, a known-mask is above 1: a row stands for 1 / `kept_negatives` rows, of
    each task of which it is a known negative, so that weighted metrics are those of all impressions. Sample weights
    are multiplied likewise, but not by the rate of the task at the top of their own line: its odds are shifted instead,
    with less variance (see `models.relations.funnel`).

    No output is known where the window of a task that it hangs on is open: not even a product that is sure to be 0
    since a parent is, or only negatives would be known of the newest rows, and its rate would come out too low.

    Args:
        graph: The tasks.
        labels: Each task's label; one that its head cannot have counts as not known (see `out_of_range`).
        weights: The weights of the tasks that declare one; a row without a usable one weighs 0
            (see `unusable_weights`).
        windows: Of the tasks that declare a delay: their labels at its end stand for `labels`.

    Returns:
        One float32 array, `[rows]`, for each of `graph.columns`, in that order; labels are 0 where not known.
    """
    usable = {task.name: _usable(labels[task.name], task.kind) for task in graph.tasks}
    columns, stands_for = {}, _stands_for(graph, usable, shifted=None)  # Told by labels as they are: so were rows kept.
    waits = windows or {}
    judged = usable | {name: _usable(window.label, graph.by_name[name].kind) for name, window in waits.items()}
    for output in graph.outputs:
        if output.is_product:
            result = _product([judged[name] for name in output.chain])
        else:
            result = _within([judged[name] for name in output.space], judged[output.task])
        still_open = [waits[name].is_open for name in output.chain if name in waits]  # A space is not known where open.
        known = result.known & ~np.logical_or.reduce([np.zeros_like(result.known), *still_open])
        columns[label_column(output.name)] = np.where(known, result.values, 0.0).astype(np.float32)
        columns[known_column(output.name)] = np.where(known, stands_for, 0.0).astype(np.float32)
    bad = unusable_weights(weights)
    for task in graph.tasks:
        weight = _stands_for(graph, usable, shifted=graph.root(task).name)
        if task.name in weights:
            weight = np.where(bad[task.name], 0.0, weight * weights[task.name].values)
        columns[weight_column(task.name)] = np.minimum(weight, _LARGEST).astype(np.float32)
    return columns


def contradictions(graph: TaskGraph, labels: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Where a task is positive though a task it is given, directly or through others, is known to be negative.

    Returns:
        A boolean array, `[rows]`, for each task with a parent. A task that is not binary is positive where it is not 0.
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
    """Where a known label cannot be one: a binary one is neither 0 nor 1, a level is none of its scale.

    Returns:
        A boolean array, `[rows]`, for each task.
    """
    return {task.name: labels[task.name].known & ~_usable(labels[task.name], task.kind).known for task in graph.tasks}


def unusable_weights(weights: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Where a weight is not known, negative, not finite or beyond float32: a boolean array, `[rows]`, each."""
    return {
        name: ~(weight.known & (weight.values >= 0) & (weight.values <= _LARGEST)) for name, weight in weights.items()
    }


def _usable(label: Column, kind: HeadConfig) -> Column:
    values = np.where(label.known, label.values, 0.0)
    return Column(values, label.known & kind.is_label(values))


def _stands_for(graph: TaskGraph, usable: Mapping[str, Column], *, shifted: str | None) -> np.ndarray:
    """How many rows each stands for, itself included: 1 / the chance that it was kept, by all tasks but `shifted`."""
    rows = np.ones(len(usable[graph.tasks[0].name].known))
    for task in graph.tasks:
        if task.kept_negatives < 1 and task.name != shifted:
            own = _within([usable[name] for name in graph.ancestors(task.name)], usable[task.name])
            rows = np.where(own.known & (own.values == 0), rows / task.kept_negatives, rows)
    return rows


def _within(space: Sequence[Column], own: Column) -> Column:
    inside = [task.known & (task.values == 1) for task in space]
    return Column(own.values, np.logical_and.reduce([own.known, *inside]))


def _product(chain: Sequence[Column]) -> Column:
    denied = np.logical_or.reduce([task.known & (task.values == 0) for task in chain])
    affirmed = np.logical_and.reduce([task.known & (task.values == 1) for task in chain])
    return Column(affirmed.astype(np.float64), denied | affirmed)
