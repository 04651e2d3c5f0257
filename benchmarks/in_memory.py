"""Trains and asks a model on rows that lie in memory, without files or a pipeline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import tensorflow as tf

from models.model import MultiTaskModel
from models.seeds import derive

__all__ = ["Columns", "Rows", "predict", "train", "whole_lists"]

_PREDICTED_ROWS: Final = 16_384  # At once.

Columns = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows by column, `[rows]` each.

    Attributes:
        features: What the model reads.
        targets: Labels, known-masks and weights by the columns of the task graph; see `MultiTaskModel`.
    """

    features: Columns
    targets: Columns

    @property
    def count(self) -> int:
        """How many."""
        return len(next(iter(self.features.values())))

    def chosen(self, places: Sequence[int] | np.ndarray) -> Rows:
        """Some of them, or all in another order."""
        return Rows(
            *({name: values[places] for name, values in part.items()} for part in (self.features, self.targets))
        )


def train(
    model: MultiTaskModel, rows: Rows, *, epochs: int, batch_size: int, seed: int, lists: np.ndarray | None = None
) -> None:
    """Trains a compiled model, in an order that follows from the seed alone; the last batch may be smaller.

    Args:
        model: To be trained.
        rows: To learn.
        epochs: Passes over them.
        batch_size: Rows of a step.
        seed: Of the order.
        lists: `[rows]` ids of lists that are never cut: a batch ends with the list that fills it. None has no lists.
    """
    features, targets = ({k: tf.constant(v) for k, v in part.items()} for part in (rows.features, rows.targets))

    @tf.function
    def steps(order: tf.Tensor, ends: tf.Tensor) -> None:
        for place in tf.range(tf.size(ends) - 1):
            places = order[ends[place] : ends[place + 1]]
            batch = [{name: tf.gather(values, places) for name, values in part.items()} for part in (features, targets)]
            model.train_step((batch[0], batch[1]))

    for epoch in range(epochs):
        draws = np.random.default_rng(derive(seed, "order", epoch))
        if lists is None:
            order, ends = draws.permutation(rows.count), np.append(np.arange(0, rows.count, batch_size), rows.count)
        else:
            order, ends = whole_lists(lists, batch_size, draws)
        steps(tf.constant(order, tf.int32), tf.constant(ends, tf.int32))


def whole_lists(lists: np.ndarray, batch_size: int, draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows list by list, the lists in drawn order, and the places where batches end, 0 among them."""
    codes, sizes = np.unique(lists, return_inverse=True, return_counts=True)[1:]
    places = draws.permutation(len(sizes))  # Where each list comes.
    order = np.argsort(places[codes], kind="stable")
    ends, filled = [0], 0
    for end in np.cumsum(sizes[np.argsort(places)]).tolist():
        if end - filled >= batch_size or end == len(lists):
            ends.append(end)
            filled = end
    return order, np.array(ends)


def predict(model: MultiTaskModel, rows: Rows) -> dict[str, np.ndarray]:
    """By output, `[rows]`: what the model serves."""
    ask = tf.function(lambda part: model(part, training=False))
    parts = []
    for start in range(0, rows.count, _PREDICTED_ROWS):
        part = {name: tf.constant(values[start : start + _PREDICTED_ROWS]) for name, values in rows.features.items()}
        parts.append({name: tensor.numpy() for name, tensor in ask(part).items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
