"""Saves a run in the middle of an epoch: little is lost when it is killed, nothing when it is asked to end."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any, final

import numpy as np
import tensorflow as tf

from components.trainer.checkpoints import Position
from components.trainer.eviction import Eviction
from components.trainer.finite import FiniteGuard, check_weights

__all__ = ["Saver"]


@final
class Saver(tf.keras.callbacks.Callback):
    """Saves every so many steps, and before it ends a run that is asked to end.

    Not after the last batch of an epoch: what follows it saves anyway.

    Args:
        save: Writes a checkpoint.
        guard: Asked first, so that nothing spoilt is ever saved.
        begun: Where this epoch, or what a kill has left of it, begins; the model's metrics are of there.
        every: Steps.
        batches: Of the whole epoch.
        eviction: Tells whether the run is asked to end.
    """

    _supports_tf_logs = True

    def __init__(
        self,
        save: Callable[[Position], None],
        guard: FiniteGuard,
        begun: Position,
        *,
        every: int,
        batches: int,
        eviction: Eviction,
    ) -> None:
        super().__init__()
        self._eviction = eviction
        self._save, self._guard, self._every, self._batches = save, guard, every, batches
        self._position = begun
        self._began_at = time.monotonic() - begun.seconds
        self._means: list[np.ndarray] = []

    def set_model(self, model: tf.keras.Model) -> None:
        """Keras' hook, called before it resets the metrics."""
        super().set_model(model)
        if self._position.batch:
            self._means = [value.numpy() for metric in model.metrics for value in metric.variables]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # Any: Keras passes a mapping of anything.
        """Keras' hook, called after it reset the metrics: a resumed epoch's means go on from where they were."""
        del epoch, logs
        values = [value for metric in self.model.metrics for value in metric.variables]
        for value, mean in zip(values, self._means, strict=False):
            value.assign(mean)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Keras' hook."""
        del batch, logs
        done, step = self._position.batch + 1, self._position.step + 1
        self._position = dataclasses.replace(self._position, batch=done, step=step)
        if done < self._batches and (step % self._every == 0 or self._eviction.asked):
            self._guard.check()
            check_weights(self.model, where=f"after step {step}")
            self._save(dataclasses.replace(self._position, seconds=time.monotonic() - self._began_at))
            self._eviction.check(step)
