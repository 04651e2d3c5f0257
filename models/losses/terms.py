"""Each loss of the task graph, summed over the known rows of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from models.binding import nearest
from models.losses.chain import chain_loss
from models.tasks import Kind, Loss, known_column, label_column, weight_column

__all__ = ["known_label", "loss_terms"]


def loss_terms(
    losses: Sequence[Loss], logits: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Sums of weighted losses and sums of weights; their quotient is the loss over its own sample space.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 9.

    Args:
        losses: Of the task graph.
        logits: By task, `[batch]` float32.
        targets: `[batch]` columns; a label for each loss; known-masks and weights are 1 where there is no column.

    Returns:
        Two tensors `[losses]`: sums and counts. A row whose label is not known adds exactly nothing to either,
        whatever its label and weight columns hold.
    """
    sums, counts = [], []
    for loss in losses:
        label, known = known_label(loss.name, targets)
        weight = known
        if weight_column(loss.task) in targets:
            weight = tf.where(known > 0, _column(weight_column(loss.task), targets), 0.0)
        chain = [logits[task] for task in loss.chain]
        row_losses = tf.square(chain[0] - label) if loss.kind is Kind.REGRESSION else chain_loss(label, chain)
        sums.append(tf.reduce_sum(weight * row_losses))
        counts.append(tf.reduce_sum(weight))
    return tf.stack(sums), tf.stack(counts)


def known_label(output: str, targets: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """An output's label, 0 where it is not known, and its known-mask, 1 or 0: both `[batch]` float32."""
    label = _column(label_column(output), targets)
    if known_column(output) not in targets:
        return label, tf.ones_like(label)
    known = tf.cast(_column(known_column(output), targets) > 0, tf.float32)
    return tf.where(known > 0, label, 0.0), known


def _column(name: str, targets: Mapping[str, tf.Tensor]) -> tf.Tensor:
    if name not in targets:
        raise ValueError(f"`targets` must hold {name!r}. {nearest(name, targets)}")
    column = targets[name]
    if column.shape.rank != 1:
        # Against logits of rank 1, rank 2 would broadcast to every pair of rows.
        raise ValueError(
            f"`targets[{name!r}]` must be of rank 1, one value a row, got {column.shape}: squeeze it first."
        )
    return tf.cast(column, tf.float32)
