"""Boosted trees in place of the network: one model an output, on the same rows, columns and weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from components.comparison.rows import NO_ID
from components.errors import UnusableInputError
from components.trees.boosting import Trees, TreeSettings, grow
from components.trees.checks import telling_lists
from components.trees.rows import TreeRows, columns_of
from models.tasks import Output, TaskGraph, known_column, label_column, weight_column
from pipeline.baseline.asked import Boosting, objective_for, own_outputs
from pipeline.baseline.rows import RunRows

__all__ = ["Grove", "grow_outputs"]


@dataclasses.dataclass(frozen=True)
class Grove:
    """The trees of all outputs.

    Attributes:
        trees: By output.
        products: The chains of outputs that are answered as products.
        notes: What was left out and why, a sentence each.
    """

    trees: Mapping[str, Trees]
    products: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    def scores(self, rows: RunRows) -> dict[str, np.ndarray]:
        """By output, `[rows]`."""
        values = columns_of(rows.features, ())[0]
        found = {name: trees.scores(values) for name, trees in self.trees.items()}
        return found | {name: np.prod([found[task] for task in chain], axis=0) for name, chain in self.products.items()}


def grow_outputs(
    graph: TaskGraph,
    boosting: Boosting,
    settings: TreeSettings,
    *,
    tasks: Sequence[str],
    rows: RunRows,
    watched: RunRows | None,
    categorical: Sequence[str],
    lists: str | None,
    say: Callable[[str], None],
) -> Grove:
    """Grows trees for each output on its known rows.

    A row weighs as in the network: by its task's sample weight, and by how many rows it stands for.

    Args:
        graph: Names outputs, labels and weights.
        boosting: Which trees.
        settings: How they are grown.
        tasks: Those to learn; none means all.
        rows: To learn.
        watched: Validation rows, which tell when to stop; None holds some of `rows` out for that.
        categorical: Transformed columns of ids.
        lists: The raw column within whose values rows are ranked, or which held-out rows are whole values of; None
            takes rows as independent.
        say: Told what is under way.

    Raises:
        UnusableInputError: Labels of an output tell nothing.
    """
    outputs, notes = own_outputs(graph, boosting, tasks)
    trees, read = {}, _Reader(categorical, lists, boosting is Boosting.LAMBDAMART)
    for output in outputs:
        objective, own = objective_for(boosting, output.kind), read.rows_of(rows, output)
        if objective is None:
            continue
        seen = None if watched is None else read.rows_of(watched, output)
        try:
            trees[output.name] = grow(own, objective, settings, watched=seen)
        except UnusableInputError as error:
            problem = f"The trees of `{output.name}` cannot be grown: {error} Name other tasks, or mend the rows."
            raise UnusableInputError([problem]) from error
        told = f" in {telling_lists(own):,} lists with labels that differ" if objective.is_ranking else ""
        say(f"{output.name}: {trees[output.name].rounds} trees on {len(own):,} rows{told}")
    products = {} if boosting is Boosting.LAMBDAMART else _products(graph, trees)
    return Grove(trees, products, tuple(notes))


@dataclasses.dataclass(frozen=True)
class _Reader:
    """Takes an output's rows out of a split's."""

    categorical: Sequence[str]
    lists: str | None
    in_lists: bool

    def rows_of(self, rows: RunRows, output: Output) -> TreeRows:
        """Those whose label is known, and that weigh anything."""
        values, categories, _ = columns_of(rows.features, self.categorical)
        # Known is 0 where the label is not, and above 1 where a row stands for others.
        weights = rows.targets[weight_column(output.task)] * rows.targets[known_column(output.name)]
        ids, is_kept = None if self.lists is None else rows.groups(self.lists), weights > 0
        if ids is not None and self.in_lists:
            is_kept &= ids != NO_ID
        elif ids is not None:  # A row without one is alone.
            ids = np.where(ids == NO_ID, np.arange(len(ids), dtype=np.uint64), ids)
        every = TreeRows(
            values=values,
            categories=categories,
            labels=rows.targets[label_column(output.name)].astype(np.float64),
            weights=weights.astype(np.float64),
            lists=ids,
        )
        return every.chosen(is_kept)


def _products(graph: TaskGraph, trees: Mapping[str, Trees]) -> dict[str, tuple[str, ...]]:
    return {one.name: one.chain for one in graph.outputs if one.is_product and set(one.chain) <= set(trees)}
