"""A batch that is passed through in parts, of which memory holds one at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from models.balancers import Seen
from models.gradients.forward import Features, Pass, Trained, forward, over_replicas, seen_of
from models.gradients.sources import Collected, PerLoss, collected, summed

__all__ = ["Whole", "in_parts", "slices"]


class Whole(NamedTuple):
    """What a batch came to.

    Attributes:
        gradients: Of each loss, over the batch and all replicas, and of the regularisation.
        seen: Of the batch.
        passed: The last part's, for what is the same in all.
        sums: `[watched]`, of this replica's rows.
        counts: `[watched]`, what these are divided by.
        penalty: A scalar: what is added to the losses, over all parts.
    """

    gradients: PerLoss
    seen: Seen
    passed: Pass
    sums: tf.Tensor
    counts: tf.Tensor
    penalty: tf.Tensor


def in_parts(model: Trained, features: Features, targets: Features, *, num_parts: int) -> Whole:
    """The exact gradients of a batch, one part of its rows after another.

    What a network draws, it draws for each part anew.

    A loss is a mean over rows whose label is known, of all parts together; that number comes last, and gradients are
    divided by it then.
    """
    num_rows = tf.cast(tf.shape(next(iter(targets.values())))[0], tf.float32)
    whole: list[Collected] = []
    passes: list[Pass] = []
    penalties = []
    done: list[tf.Tensor] = []
    for part in slices(features, targets, num_parts):
        own_features, own_targets = part(done)
        own_rows = tf.cast(tf.shape(next(iter(own_targets.values())))[0], tf.float32)
        share = own_rows / num_rows
        passed = forward(model, own_features, own_targets, divisor=num_rows, share=share)
        own = collected(passed.of_targets(), passed.sources, passed.factor)
        whole = [whole[0].plus(own)] if whole else [own]
        # The next part waits, or all would be in memory together.
        done = own.tensors
        passes.append(passed)
        penalties.append(share * passed.penalty)
    sums, counts, known = (
        tf.add_n(list(of_parts))
        for of_parts in zip(*((one.sums, one.counts, one.known) for one in passes), strict=True)
    )
    declared = model.tasks.losses
    all_sums, all_counts, all_known = (one[: len(declared)] for one in over_replicas(sums, counts, known))
    factors = tf.math.divide_no_nan(num_rows, all_counts)
    others = tf.ones([0 if passes[-1].regularisation is None else 1])
    gradients = summed(whole[0].times(tf.concat([factors, others], axis=0)))
    seen = seen_of(model, all_sums, all_counts, known=all_known, declared=declared)
    return Whole(gradients, seen, passes[-1], sums, counts, tf.add_n(penalties))


Part = Callable[[list[tf.Tensor]], tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]]


def slices(features: Features, targets: Features, num_parts: int) -> list[Part]:
    """As many parts of a batch, of like size, each to be cut once what it waits for is there."""
    return [functools.partial(_cut, features, targets, num_parts, number) for number in range(num_parts)]


def _cut(
    features: Features, targets: Features, num_parts: int, number: int, for_these: list[tf.Tensor]
) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]:
    num_rows = tf.shape(next(iter(targets.values())))[0]
    with tf.control_dependencies(for_these):
        first = tf.identity(number * num_rows // num_parts)
    last = (number + 1) * num_rows // num_parts
    return (
        {name: _rows(column, first, last) for name, column in features.items()},
        {name: column[first:last] for name, column in targets.items()},
    )


def _rows(column: tf.Tensor, first: tf.Tensor, last: tf.Tensor) -> tf.Tensor:
    if isinstance(column, tf.SparseTensor):
        column = tf.RaggedTensor.from_sparse(column)
    return column[first:last]
