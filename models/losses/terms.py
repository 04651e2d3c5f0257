"""Each loss of the task graph, row by row and summed over the known rows of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from models.binding import nearest
from models.relations import Rows
from models.relations.funnel import Beliefs, believe
from models.tasks import LIST_COLUMN, Loss, Task, TaskGraph, known_column, label_column, weight_column

__all__ = ["LossRows", "known_label", "known_weight", "loss_rows", "loss_terms"]


class LossRows(NamedTuple):
    """The losses of a batch.

    Attributes:
        losses: `[batch]` for each loss, weighted.
        counts: `[losses]`, what their sums are divided by.
        weights: `[batch]` for each loss: sample weights of rows whose label is known, else 0, as in lists that say
            nothing of an order. Their sum is the count, but for a relation that judges all impressions by the labels of
            some.
    """

    losses: tuple[tf.Tensor, ...]
    counts: tf.Tensor
    weights: tuple[tf.Tensor, ...]


def loss_terms(
    graph: TaskGraph,
    logits: Mapping[str, tf.Tensor],
    targets: Mapping[str, tf.Tensor],
    *,
    of: Sequence[Loss] | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Sums of weighted losses and sums of weights, `[losses]` each; otherwise as `loss_rows`."""
    rows = loss_rows(graph, logits, targets, of=of)
    return tf.stack([tf.reduce_sum(of_loss) for of_loss in rows.losses]), rows.counts


def loss_rows(
    graph: TaskGraph,
    logits: Mapping[str, tf.Tensor],
    targets: Mapping[str, tf.Tensor],
    *,
    of: Sequence[Loss] | None = None,
) -> LossRows:
    """Weighted losses of rows, and sums of weights: a row's sum over the other is the loss over its own sample space.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 9.

    Args:
        graph: The tasks.
        logits: By tower, `[batch]` float32, or `[batch, width]` of a head with several; by signal, what it has to say.
        targets: `[batch]` columns; a label for each loss; known-masks and weights are 1 where there is no column;
            for ranking tasks the list of each row.
        of: Which losses; those that are balanced if not given.

    Returns:
        Of which a row whose label is not known adds exactly nothing to anything, whatever its label and weight columns
        hold.
    """
    beliefs = believe(graph, logits)
    wanted = graph.losses if of is None else of
    terms = [_terms(loss, graph, targets, beliefs=beliefs, logits=logits) for loss in wanted]
    losses, counts, weights = zip(*terms, strict=True)
    return LossRows(losses, tf.stack(counts), weights)


def _terms(
    loss: Loss,
    graph: TaskGraph,
    targets: Mapping[str, tf.Tensor],
    *,
    beliefs: Beliefs,
    logits: Mapping[str, tf.Tensor],
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Losses, count and weights of one loss."""
    if loss.signal is not None:
        return loss.signal.terms(logits[loss.name], graph, targets)
    labels, known = known_label(loss.name, targets)
    weights = _weights(loss, known, targets)
    task = graph.by_name[loss.task]
    if loss.relation is None or not task.kind.is_binary:
        lists = None if task.kind.list_column is None else _lists(targets)
        losses, weights = task.kind.weighted_losses(labels, logits[task.name], weights=weights, lists=lists)
        return losses, tf.reduce_sum(weights), weights
    product, parent = graph.product_name(task), str(task.given)
    entire = _weights(loss, _known(product, targets, known), targets)
    rows = Rows(
        labels=labels,
        weights=weights,
        entire_weights=entire * _stands_for(graph.root(task), targets),
        belief=beliefs.of_rows[task.name],
        parent=beliefs.of_rows[parent].joint,
        propensity=beliefs.of_all[parent].joint,
        logits=[logits[tower] for tower in graph.towers_of(task)],
    )
    is_product = loss.name == product
    losses, count = loss.relation.product_terms(rows) if is_product else loss.relation.conditional_terms(rows)
    return losses, count, weights


def known_label(output: str, targets: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """An output's label, 0 where it is not known, and its known-mask, 1 or 0: both `[batch]` float32."""
    label = _column(label_column(output), targets)
    known = _known(output, targets, label)
    return tf.where(known > 0, label, 0.0), known


def known_weight(output: str, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """How many rows each stands for where an output's label is known, else 0: `[batch]` float32."""
    if known_column(output) not in targets:
        return tf.ones_like(_column(label_column(output), targets))
    return _column(known_column(output), targets)


def _stands_for(root: Task, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """`[batch]`, or a scalar 1: how many rows each stands for, by the negatives of `root` that were left out."""
    if root.kept_negatives == 1:
        return tf.ones([])
    label, known = known_label(root.name, targets)
    return tf.where((known > 0) & (label == 0), 1.0 / root.kept_negatives, 1.0)


def _known(output: str, targets: Mapping[str, tf.Tensor], like: tf.Tensor) -> tf.Tensor:
    if known_column(output) not in targets:
        return tf.ones_like(like)
    return tf.cast(_column(known_column(output), targets) > 0, tf.float32)


def _weights(loss: Loss, known: tf.Tensor, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """Sample weights where `known`, else 0."""
    if weight_column(loss.task) not in targets:
        return known
    return tf.where(known > 0, _column(weight_column(loss.task), targets), 0.0)


def _lists(targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """`[batch]` int64: float32 would take neighbours for one list."""
    lists = _present(LIST_COLUMN, targets)
    if not lists.dtype.is_integer:
        raise ValueError(f"`targets[{LIST_COLUMN!r}]` must hold integers, got {lists.dtype.name}.")
    return lists


def _column(name: str, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    return tf.cast(_present(name, targets), tf.float32)


def _present(name: str, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    if name not in targets:
        raise ValueError(f"`targets` must hold {name!r}. {nearest(name, targets)}")
    column = targets[name]
    if column.shape.rank != 1:
        # Against logits of rank 1, rank 2 would broadcast to every pair of rows.
        raise ValueError(
            f"`targets[{name!r}]` must be of rank 1, one value a row, got {column.shape}: squeeze it first."
        )
    return column
