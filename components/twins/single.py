"""From a task graph to one task an output, and the rows that it is trained on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import tensorflow as tf

from components.trainer.plan import InputPlan
from components.trainer.rows import RowFormat, row_format
from components.twins.plan import Twin
from models.tasks import LIST_COLUMN, Output, Task, TaskGraph, known_column, label_column, weight_column

__all__ = ["twin_of", "twin_rows"]

Targets = dict[str, tf.Tensor]


def twin_of(output: Output, graph: TaskGraph, *, expert: tuple[int, ...]) -> Twin:
    """The twin of `output`, of layers as wide as `expert`.

    Where negatives of the task at the top were left out, its own twin's odds are shifted as in the multi-task model. A
    product's cannot be: among its negatives are rows that were all kept. Conditionals lack none, as all of their rows
    are positives of that task.
    """
    task, root = graph.by_name[output.task], graph.root(graph.by_name[output.task])
    is_sampled = output.is_product and root.kept_negatives < 1
    alone = Task(
        name=output.name,
        kind=output.kind,
        label=f'col("{label_column(output.name)}")',
        tower=task.tower,
        kept_negatives=task.kept_negatives if task is root else 1.0,
    )
    return Twin(
        task=alone,
        expert=expert,
        weights=weight_column(task.name),
        sampled=root.name if is_sampled else None,
        kept_negatives=root.kept_negatives if is_sampled else 1.0,
    )


def twin_rows(twin: Twin, inputs: Sequence[InputPlan]) -> RowFormat:
    """How transformed examples are read for `twin`: of the labels its own, and what its weights need."""
    name = twin.task.name
    rows = row_format(inputs, TaskGraph((twin.task,)))
    if twin.weights == weight_column(name):
        return rows
    own_columns = (label_column(name), known_column(name))
    targets = [*own_columns, twin.weights]
    if twin.sampled is not None:
        targets += [label_column(twin.sampled), known_column(twin.sampled)]

    def derive(read: Targets) -> Targets:
        own = {column: read[column] for column in (*own_columns, LIST_COLUMN) if column in read}
        return own | {weight_column(name): read[twin.weights] * _stands_for(twin, read)}

    return dataclasses.replace(rows, targets=tuple(targets), derive=derive)


def _stands_for(twin: Twin, targets: Targets) -> tf.Tensor:
    """`[batch]`, or a scalar 1: how many rows each stands for, by the negatives that were left out."""
    if twin.sampled is None:
        return tf.ones([])
    label, known = targets[label_column(twin.sampled)], targets[known_column(twin.sampled)]
    return tf.where((known > 0) & (label == 0), 1.0 / twin.kept_negatives, 1.0)
