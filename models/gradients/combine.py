"""From the gradients of all losses and their weights to one gradient a variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf

from models.gradients.gram import is_shared, layer_of
from models.gradients.sources import DenseGradients, PerLoss, RowGradients

__all__ = ["Gradient", "combine"]

Gradient: TypeAlias = "tf.Tensor | tf.IndexedSlices | None"

WeightsOf = Callable[[str], tf.Tensor]  # From a layer's name to `[tasks]`.


def combine(
    gradients: PerLoss,
    weights_of: WeightsOf,
    variables: Sequence[tf.Variable],
    *,
    num_tasks: int,
    of_task: Callable[[tf.Variable], bool],
    trained: tf.Tensor,
) -> list[Gradient]:
    """One gradient for each of `variables`, None where no loss reaches it.

    A part gets the weighted sum of the gradients of the losses that reach it; one of a variable `of_task` that one loss
    alone reaches gets that loss' gradient times its entry in `trained`, 1 or 0. What comes after the losses is added
    as it is.
    """

    def coefficients(reach: Sequence[int], variable: tf.Variable) -> tf.Tensor:
        tasks = [task for task in reach if task < num_tasks]
        if of_task(variable) and not is_shared(tasks):
            own = tf.gather(trained, tf.constant(tasks, tf.int32))
        else:
            own = tf.gather(weights_of(layer_of(variable)), tf.constant(tasks, tf.int32))
        return tf.concat([own, tf.ones([len(reach) - len(tasks)])], axis=0)

    by_key: dict[object, list[DenseGradients]] = {}
    for dense in gradients.dense:
        by_key.setdefault(dense.part.variable.ref(), []).append(dense)
    tables = {rows.table.ref(): rows for rows in gradients.rows}
    found: list[Gradient] = []
    for variable in variables:
        if variable.ref() in tables:
            rows = tables[variable.ref()]
            found.append(_of_rows(rows, coefficients(rows.reach, variable)))
        elif variable.ref() in by_key:
            of_parts = by_key[variable.ref()]
            sums = [tf.linalg.matvec(one.flat, coefficients(one.reach, variable), transpose_a=True) for one in of_parts]
            found.append(_assembled(variable, of_parts, sums))
        else:
            found.append(None)
    return found


def _of_rows(rows: RowGradients, coefficients: tf.Tensor) -> tf.IndexedSlices:
    values = tf.einsum("rkd,k->rd", rows.values, coefficients)
    return tf.IndexedSlices(values, rows.ids, tf.constant(rows.table.shape.as_list(), rows.ids.dtype))


def _assembled(variable: tf.Variable, of_parts: Sequence[DenseGradients], sums: Sequence[tf.Tensor]) -> tf.Tensor:
    """The whole gradient of a weight, of those of its parts; a part that no loss reaches has none and gets 0."""
    if of_parts[0].part.places is None:
        return tf.reshape(sums[0], variable.shape)
    shape = variable.shape.as_list()[1:]
    pieces: list[tf.Tensor] = []
    order: list[int] = []
    for dense, total in zip(of_parts, sums, strict=True):
        places = dense.part.places or ()
        pieces.append(tf.reshape(total, [len(places), *shape]))
        order += places
    missing = [place for place in range(variable.shape[0]) if place not in order]
    if missing:
        pieces.append(tf.zeros([len(missing), *shape]))
        order += missing
    together = tf.concat(pieces, axis=0)
    if order == sorted(order):
        return together
    return tf.gather(together, [order.index(place) for place in range(len(order))])
