"""A forward pass of which every gradient can be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import tensorflow as tf

from models.balancers import Seen
from models.gradients.reading import Reading
from models.gradients.sources import Frontier, Sources
from models.inputs.encoder import Lookup, is_embedding_table
from models.losses.terms import loss_rows
from models.tasks import Loss, TaskGraph

__all__ = ["Pass", "Trained", "forward", "num_replicas", "over_replicas", "seen_of"]

Features = Mapping[str, tf.Tensor]


class Trained(Protocol):
    """What a step trains: a `MultiTaskModel`."""

    tasks: TaskGraph
    optimizer: tf.keras.optimizers.Optimizer
    losses: Sequence[tf.Tensor]
    trainable_variables: Sequence[tf.Variable]

    def look_up(self, features: Features) -> dict[str, Lookup]:
        """What is read of each table, by column."""

    def logits(
        self, features: Features, *, vectors: Features | None = None, training: bool | None = None
    ) -> dict[str, tf.Tensor]:
        """By tower."""

    def regularisation(self) -> tf.Tensor:
        """A scalar: the sum of `losses`."""

    def policy_loss(self, seen: Seen, weights: tf.Tensor) -> tf.Tensor:
        """A scalar: what the network learns of its draws."""


class Pass(NamedTuple):
    """A forward pass, with what its gradients are taken by.

    Attributes:
        tape: Persistent.
        losses: A scalar each: this replica's share of the mean over all replicas, times the loss' factor and a float16
            loss' scale. One that is only watched has the factor 1. Those of a look are all that are shown, those of a
            step the balanced ones.
        regularisation: A scalar: this replica's share, times that scale, with the losses of observed signals, from
            which none but their own weights learn; None without any.
        sources: What gradients are taken by.
        seen: Without a Gram matrix.
        factor: Undoes the scale.
        sums: `[watched]`, of this replica's rows, those of observed signals last.
        counts: `[watched]`, what these are divided by.
        known: `[watched]`, weights of these rows whose label is known.
        shares: `[batch, losses]`: each row's share of them, over all replicas.
        penalty: A scalar: what is added to the losses, of this pass.
        features: Of the batch.
    """

    tape: tf.GradientTape
    losses: Sequence[tf.Tensor]
    regularisation: tf.Tensor | None
    sources: Sources
    seen: Seen
    factor: tf.Tensor
    sums: tf.Tensor
    counts: tf.Tensor
    known: tf.Tensor
    shares: tf.Tensor
    penalty: tf.Tensor
    features: Features

    def of_targets(self) -> list[list[tf.Tensor | None]]:
        """The gradients of all losses by all sources, and of the regularisation, where there is any."""
        return [*(self.tape.gradient(loss, self.sources.tensors) for loss in self.losses), *self.of_regularisation()]

    def of_regularisation(self) -> list[list[tf.Tensor | None]]:
        """Its gradients by all sources, as one row of them; no row without any."""
        if self.regularisation is None:
            return []
        # It reads whole weights, whatever the layers have read.
        parts, vectors = self.sources.parts, [lookup.vectors for lookup in self.sources.lookups.values()]
        found = self.tape.gradient(self.regularisation, [*(part.variable for part in parts), *vectors])
        of_parts = [
            one if one is None or part.places is None else tf.gather(one, part.places)
            for part, one in zip(parts, found, strict=False)
        ]
        return [[*of_parts, *found[len(parts) :]]]


def forward(
    model: Trained,
    features: Features,
    targets: Features,
    *,
    divisor: tf.Tensor | None = None,
    share: float | tf.Tensor = 1.0,
    training: bool = True,
) -> Pass:
    """Runs the model on a batch.

    Args:
        model: What is trained.
        features: Of the batch.
        targets: Of the batch.
        divisor: What sums of losses are divided by in place of their counts.
        share: Factor of the regularisation.
        training: Whether to draw what is drawn in training alone. Otherwise it is a look: nothing is updated by it.
    """
    watched = model.tasks.watched
    declared = model.tasks.losses if training else watched
    num = len(declared)
    lookups = model.look_up(features)
    vectors = {column: lookup.vectors for column, lookup in lookups.items()}
    scale = _loss_scale(model.optimizer)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(vectors)
        with Reading()() as under_way:
            logits = model.logits(features, vectors=vectors, training=training)
        rows = loss_rows(model.tasks, logits, targets, of=watched)
        sums = [tf.reduce_sum(of_loss) for of_loss in rows.losses]
        known = tf.stack([tf.reduce_sum(of_loss) for of_loss in rows.weights])
        all_sums, all_counts, all_known = over_replicas(tf.stop_gradient(tf.stack(sums)), rows.counts, known)
        divisors = all_counts if divisor is None else tf.fill([len(watched)], divisor)
        factors = scale * tf.math.divide_no_nan(_watched_factors(watched), divisors)
        weighted = [one * factor for one, factor in zip(sums, tf.unstack(factors), strict=True)]
        losses, observed = weighted[:num], weighted[num:]
        penalty = model.regularisation()
        beside = [share * scale * penalty / num_replicas()] if model.losses else []
        regularisation = tf.add_n([*beside, *observed]) if beside or observed else None
    dense = [one for one in model.trainable_variables if not is_embedding_table(one)]
    frontier = Frontier(tuple(under_way.experts), tuple(under_way.ports))
    sources = Sources(tuple(under_way.all_parts(dense)), lookups, frontier)
    return Pass(
        tape=tape,
        losses=losses,
        regularisation=regularisation,
        sources=sources,
        seen=seen_of(model, all_sums[:num], all_counts[:num], known=all_known[:num], declared=declared),
        factor=1.0 / scale,
        sums=tf.stack(sums),
        counts=rows.counts,
        known=known,
        shares=tf.math.divide_no_nan(tf.stack(rows.weights[:num], axis=1), all_known[:num]),
        penalty=penalty,
        features=features,
    )


def seen_of(
    model: Trained, sums: tf.Tensor, counts: tf.Tensor, *, known: tf.Tensor, declared: tuple[Loss, ...]
) -> Seen:
    """What a balancer is shown, of sums, counts and weights of known labels over all replicas.

    A loss of factor 0 has no part in it, nor one without a known label.
    """
    is_trained = tf.constant([loss.loss_weight > 0 for loss in declared])
    return Seen(
        losses=tf.math.divide_no_nan(sums, counts),
        active=(known > 0) & is_trained,
        step=model.optimizer.iterations,
        declared=declared,
    )


def over_replicas(*tensors: tf.Tensor) -> list[tf.Tensor]:
    """Each summed over all replicas; of one shape."""
    if num_replicas() == 1:
        return list(tensors)
    context = tf.distribute.get_replica_context()
    return list(tf.unstack(context.all_reduce(tf.distribute.ReduceOp.SUM, tf.stack(tensors))))


def num_replicas() -> int:
    """How many train the model together."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else int(context.num_replicas_in_sync)


def _watched_factors(losses: Sequence[Loss]) -> tf.Tensor:
    """`[losses]`: what each is declared to count, or 1 where that is 0, so that its gradients can be looked at."""
    return tf.constant([loss.loss_weight or 1.0 for loss in losses])


def _loss_scale(optimizer: tf.keras.optimizers.Optimizer) -> tf.Tensor:
    """A scalar: what a float16 loss is multiplied by; 1 in other formats."""
    is_scaled = isinstance(optimizer, tf.keras.mixed_precision.LossScaleOptimizer)
    return tf.cast(optimizer.loss_scale, tf.float32) if is_scaled else tf.ones([])
