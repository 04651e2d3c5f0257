"""Trains the shared parameters by one loss alone, and watches the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import final

import numpy as np
import tensorflow as tf

from components.affinity.shared import check_shares, shared_gradients
from models.gradients.forward import forward
from models.gradients.sources import by_weight
from models.losses.terms import loss_terms
from models.model import MultiTaskModel

__all__ = ["Probe"]

Features = Mapping[str, tf.Tensor]
Batches = Iterable[tuple[Features, Features]]


@final
class Probe:
    """Short runs from the same weights, in each of which one loss, or none, trains what is shared.

    Parameters that one loss alone reaches follow that loss in every run: a task that is watched learns to read what
    the other makes of the shared ones, as it would in service, but is not heard there. With its own parameters held
    too, its tower would keep its first, random reading, and no representation could help it. Regularisation is left
    out, so that in the run of none the shared parameters stay as they are.

    Args:
        model: Compiled, on one device, with initial weights; each run ends by putting them back.
    """

    def __init__(self, model: MultiTaskModel) -> None:
        self._model = model
        self._memory = [*model.variables, *model.optimizer.variables]
        self._start = [one.numpy() for one in self._memory]
        self._train = tf.function(self._step, autograph=False, reduce_retracing=True)
        self._terms = tf.function(self._watch, autograph=False, reduce_retracing=True)

    def losses_after(self, trained: int | None, batches: Batches, watched: Batches) -> np.ndarray:
        """`[losses]`, each the mean over `watched` after training on `batches`; NaN without known labels.

        Args:
            trained: Index of the loss that trains the shared parameters; None holds them.
            batches: What is trained on.
            watched: What is watched.
        """
        num = len(self._model.tasks.losses)
        weights = tf.zeros([num]) if trained is None else tf.one_hot(trained, num)
        for features, targets in batches:
            self._train(features, targets, weights)
        found = np.sum([self._terms(features, targets).numpy() for features, targets in watched], axis=0)
        for variable, value in zip(self._memory, self._start, strict=True):
            variable.assign(value)
        sums, counts = found
        return np.divide(sums, counts, out=np.full(num, np.nan), where=counts > 0)

    def _step(self, features: Features, targets: Features, weights: tf.Tensor) -> None:
        passed = forward(self._model, features, targets)
        found = [passed.tape.gradient(loss, passed.sources.tensors) for loss in passed.losses]
        gradients = by_weight(found, passed.sources, passed.factor)
        check_shares(gradients)
        variables = self._model.trainable_variables
        own = shared_gradients(gradients, variables, weights, own=tf.ones([len(passed.losses)]))
        self._model.optimizer.apply_gradients(zip(own, variables, strict=True))

    def _watch(self, features: Features, targets: Features) -> tf.Tensor:
        sums, counts = loss_terms(self._model.tasks, self._model.logits(features, training=False), targets)
        return tf.cast(tf.stack([sums, counts]), tf.float64)
