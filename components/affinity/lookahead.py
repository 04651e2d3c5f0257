"""What a step along one loss' gradient does to the other losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, final

import tensorflow as tf

from components.affinity.shared import check_shares, shared_gradients
from models.gradients.combine import Gradient
from models.gradients.reading import Reading
from models.gradients.sources import Frontier, PerLoss, Sources, by_weight
from models.inputs.encoder import is_embedding_table
from models.losses.terms import loss_rows
from models.model import MultiTaskModel

__all__ = ["Lookahead"]

Features = Mapping[str, tf.Tensor]


class _Move(NamedTuple):
    """A weight, or some rows of a table, before a step and after it."""

    variable: tf.Variable
    rows: tf.Tensor | None
    before: tf.Tensor
    after: tf.Tensor


@final
class Lookahead:
    """Looks one step ahead, for each loss by itself, and puts every weight back.

    Z_ab = (L_b(theta) - L_b(theta - eta g_a)) / |L_b(theta)|, where theta are the parameters that two losses or more
    reach, g_a is the gradient of the mean loss a over the batch by them, and eta is the learning rate of the optimizer
    that trains each: that of tables differs from that of other weights. Rows of a table that the batch does not hold
    are not touched. Both losses are those of the network as it serves, without what is drawn in training, so that a
    look moves no count of draws.

    Source: Fifty et al., "Efficiently Identifying Task Groupings for Multi-Task Learning", NeurIPS 2021, Eq. 1.
    Differs: divided by |L_b|, since the negative logarithm of a density can be below 0.

    Args:
        model: Compiled, on one device.
    """

    def __init__(self, model: MultiTaskModel) -> None:
        self._model = model
        self._dense_rate = model.optimizer.dense.learning_rate
        self._table_rate = model.optimizer.embeddings.learning_rate
        self._in_graph = tf.function(self._look, autograph=False, reduce_retracing=True)

    def __call__(self, features: Features, targets: Features) -> tf.Tensor:
        """`[losses, losses]` float64: row a holds what a step along a's gradient does; NaN without known labels."""
        return self._in_graph(features, targets)

    def _look(self, features: Features, targets: Features) -> tf.Tensor:
        gradients, before, counts = self._gradients(features, targets)
        check_shares(gradients)
        num = len(before)
        found = []
        for number in range(num):
            along = shared_gradients(
                gradients, self._model.trainable_variables, tf.one_hot(number, num), own=tf.zeros([num])
            )
            moves = self._moves(along)
            for move in moves:
                _put(move, move.after)
            after = loss_rows(self._model.tasks, self._model.logits(features, training=False), targets).losses
            for move in moves:
                _put(move, move.before)
            found.append(tf.stack([_fall(*pair) for pair in zip(before, after, strict=True)]))
        both_known = (counts[:, None] > 0) & (counts[None, :] > 0)
        return tf.where(both_known, tf.stack(found), tf.constant(float("nan"), tf.float64))

    def _gradients(self, features: Features, targets: Features) -> tuple[PerLoss, Sequence[tf.Tensor], tf.Tensor]:
        """Gradients of mean losses, the losses of rows and the counts of known ones."""
        model = self._model
        lookups = model.look_up(features)
        vectors = {column: lookup.vectors for column, lookup in lookups.items()}
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(vectors)
            with Reading()() as under_way:
                logits = model.logits(features, vectors=vectors, training=False)
            rows, counts, _ = loss_rows(model.tasks, logits, targets)
            losses = [
                tf.math.divide_no_nan(tf.reduce_sum(row), count)
                for row, count in zip(rows, tf.unstack(counts), strict=True)
            ]
        dense = [one for one in model.trainable_variables if not is_embedding_table(one)]
        sources = Sources(tuple(under_way.all_parts(dense)), lookups, Frontier((), ()))
        found = [tape.gradient(loss, sources.tensors) for loss in losses]
        return by_weight(found, sources, tf.ones([])), rows, counts

    def _moves(self, gradients: Sequence[Gradient]) -> list[_Move]:
        moves = []
        for variable, gradient in zip(self._model.trainable_variables, gradients, strict=True):
            if isinstance(gradient, tf.IndexedSlices):
                before = tf.gather(variable, gradient.indices)
                moves.append(_Move(variable, gradient.indices, before, before - self._table_rate * gradient.values))
            elif gradient is not None:
                before = tf.identity(variable)
                moves.append(_Move(variable, None, before, before - self._dense_rate * gradient))
        return moves


def _put(move: _Move, value: tf.Tensor) -> None:
    if move.rows is None:
        move.variable.assign(value)
    else:
        move.variable.scatter_update(tf.IndexedSlices(value, move.rows))


def _fall(before: tf.Tensor, after: tf.Tensor) -> tf.Tensor:
    """Of a loss, against what it was; row by row in float64, for it is a small difference of large sums."""
    before, after = tf.cast(before, tf.float64), tf.cast(after, tf.float64)
    return tf.math.divide_no_nan(tf.reduce_sum(before - after), tf.abs(tf.reduce_sum(before)))
