"""What gradients are taken by, and the gradients of each loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from models.gradients.reading import Part
from models.inputs.encoder import Lookup

__all__ = [
    "Collected",
    "DenseGradients",
    "Frontier",
    "PerLoss",
    "RowGradients",
    "Sources",
    "by_weight",
    "collected",
    "summed",
]


class DenseGradients(NamedTuple):
    """The gradients of one part of a weight.

    Attributes:
        part: What they are taken by.
        reach: Indices of the losses that reach it, by the tape: those to which it is not connected are not there.
        flat: `[reach, size]` float32.
    """

    part: Part
    reach: tuple[int, ...]
    flat: tf.Tensor


class RowGradients(NamedTuple):
    """The gradients of one embedding table, of the rows that the batch holds.

    Attributes:
        table: What they are taken by.
        reach: As in `DenseGradients`.
        ids: `[rows]`, each once.
        values: `[rows, reach, dim]` float32, summed over all values of the batch that name the row.
    """

    table: tf.Variable
    reach: tuple[int, ...]
    ids: tf.Tensor
    values: tf.Tensor


class PerLoss(NamedTuple):
    """The gradients of all losses, each by itself, over all replicas.

    Attributes:
        dense: Of the parts that a loss reaches.
        rows: Of the tables.
    """

    dense: tuple[DenseGradients, ...]
    rows: tuple[RowGradients, ...]


class Frontier(NamedTuple):
    """Tensors through which a loss reaches whatever lies below; see `Reading`.

    Attributes:
        experts: Those by which scope `representation` compares gradients.
        ports: All others; they take that part where no expert is shared.
    """

    experts: tuple[tf.Tensor, ...]
    ports: tuple[tf.Tensor, ...]

    @property
    def tensors(self) -> list[tf.Tensor]:
        """All, in one list."""
        return [*self.experts, *self.ports]


class Sources(NamedTuple):
    """What gradients are taken by.

    Attributes:
        parts: Of all weights but the tables.
        lookups: By column.
        frontier: What lies between.
    """

    parts: tuple[Part, ...]
    lookups: Mapping[str, Lookup]
    frontier: Frontier

    @property
    def tensors(self) -> list[tf.Tensor]:
        """Parts and the vectors of lookups, in one list."""
        return [*(part.value for part in self.parts), *(lookup.vectors for lookup in self.lookups.values())]


Found = Sequence[Sequence["tf.Tensor | None"]]  # By target and source; None where the tape does not connect them.


def by_weight(found: Found, sources: Sources, factor: tf.Tensor) -> PerLoss:
    """The gradients of all targets by weights and tables, summed over replicas; arguments as of `collected`."""
    return summed(collected(found, sources, factor))


class _Values(NamedTuple):
    """Gradients of one table, a value of the batch each: ids `[n]`, values `[n, reach, dim]`."""

    table: tf.Variable
    reach: tuple[int, ...]
    ids: tf.Tensor
    values: tf.Tensor


class Collected(NamedTuple):
    """The gradients of one part of a batch, on one replica, by weights and by values of tables."""

    dense: tuple[DenseGradients, ...]
    values: tuple[_Values, ...]

    @property
    def tensors(self) -> list[tf.Tensor]:
        """All of them."""
        return [*(one.flat for one in self.dense), *(one.values for one in self.values)]

    def plus(self, other: Collected) -> Collected:
        """Of both parts together; they come of one model, so they are of the same weights in the same order."""
        dense = tuple(
            one._replace(flat=one.flat + more.flat) for one, more in zip(self.dense, other.dense, strict=True)
        )
        values = tuple(
            one._replace(
                ids=tf.concat([one.ids, more.ids], axis=0), values=tf.concat([one.values, more.values], axis=0)
            )
            for one, more in zip(self.values, other.values, strict=True)
        )
        return Collected(dense, values)

    def times(self, factors: tf.Tensor) -> Collected:
        """Each target's times its own of `factors`, `[targets]`."""
        dense = tuple(
            one._replace(flat=tf.gather(factors, tf.constant(one.reach))[:, None] * one.flat) for one in self.dense
        )
        values = tuple(
            one._replace(values=tf.gather(factors, tf.constant(one.reach))[:, None] * one.values) for one in self.values
        )
        return Collected(dense, values)


def collected(found: Found, sources: Sources, factor: tf.Tensor) -> Collected:
    """The gradients of all targets by weights and by values of tables.

    Args:
        found: By target, and by source as `Sources.tensors` lists them.
        sources: These.
        factor: Of all gradients: what undoes the scale of a float16 loss.
    """
    dense = []
    for place, part in enumerate(sources.parts):
        reach = tuple(task for task, of_loss in enumerate(found) if of_loss[place] is not None)
        if reach:
            flat = [tf.reshape(_wide(found[task][place]), [-1]) for task in reach]
            dense.append(DenseGradients(part, reach, factor * tf.stack(flat)))
    first = len(sources.parts)
    by_column = {column: [of_loss[first + place] for of_loss in found] for place, column in enumerate(sources.lookups)}
    return Collected(tuple(dense), tuple(_of_tables(by_column, sources.lookups, factor)))


def _of_tables(
    by_column: Mapping[str, Sequence[tf.Tensor | None]], lookups: Mapping[str, Lookup], factor: tf.Tensor
) -> list[_Values]:
    columns_of: dict[object, list[str]] = {}
    for column, of_losses in by_column.items():
        if any(one is not None for one in of_losses):
            columns_of.setdefault(lookups[column].table.ref(), []).append(column)
    found = []
    for columns in columns_of.values():
        reach = tuple(
            task
            for task in range(len(by_column[columns[0]]))
            if any(by_column[column][task] is not None for column in columns)
        )
        values = [
            tf.stack([_or_zeros(by_column[column][task], lookups[column].vectors) for task in reach], axis=1)
            for column in columns
        ]
        ids = [lookups[column].ids for column in columns]
        together = (ids[0], values[0]) if len(columns) == 1 else (tf.concat(ids, axis=0), tf.concat(values, axis=0))
        found.append(_Values(lookups[columns[0]].table, reach, together[0], factor * together[1]))
    return found


def summed(given: Collected) -> PerLoss:
    """Sums of all replicas' gradients, and of those of values that name one row."""
    dense, values = given
    context = tf.distribute.get_replica_context()
    if context is not None and context.num_replicas_in_sync > 1:
        sums = context.all_reduce(tf.distribute.ReduceOp.SUM, [one.flat for one in dense])
        dense = tuple(one._replace(flat=total) for one, total in zip(dense, sums, strict=True))
        values = tuple(
            one._replace(ids=context.all_gather(one.ids, axis=0), values=context.all_gather(one.values, axis=0))
            for one in values
        )
    return PerLoss(dense, tuple(_by_row(one) for one in values))


def _by_row(given: _Values) -> RowGradients:
    ids, places = tf.unique(given.ids)
    sums = tf.math.unsorted_segment_sum(given.values, places, tf.shape(ids)[0])
    return RowGradients(given.table, given.reach, ids, sums)


def _or_zeros(gradient: tf.Tensor | None, like: tf.Tensor) -> tf.Tensor:
    return tf.zeros(tf.shape(like), tf.float32) if gradient is None else _wide(gradient)


def _wide(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(gradient), tf.float32)
