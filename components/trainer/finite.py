"""Stops a run whose losses or weights are no longer finite, and says what to look at."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, final

import tensorflow as tf

from components.trainer.errors import DivergedTrainingError
from components.trainer.rows.format import Batch
from components.trainer.suspects import suspect_columns, suspect_tables
from models.model import MultiTaskModel

__all__ = ["FiniteGuard", "check_losses", "check_weights"]

_GPU_STEPS: Final = 20  # Reading a number off a GPU waits for all it has to do; the means hold on to a NaN meanwhile.


@final
class FiniteGuard(tf.keras.callbacks.Callback):
    """Looks at the losses after every step on a CPU, every 20 steps on a GPU.

    Args:
        batches: The batches of this epoch from the one after the given number on, to look into the suspect ones.
        where: The epoch, for the message.
        done: Batches of the epoch that a resumed run has behind it.
    """

    _supports_tf_logs = True  # Keras then hands tensors over instead of waiting for their values.

    def __init__(self, batches: Callable[[int], Iterable[Batch]], *, where: str, done: int = 0) -> None:
        super().__init__()
        self._batches, self._where = batches, where
        self._checked = self._seen = done
        self._logs: Mapping[str, tf.Tensor] = {}
        self._every = _GPU_STEPS if tf.config.list_logical_devices("GPU") else 1

    def on_train_batch_end(self, batch: int, logs: Mapping[str, tf.Tensor] | None = None) -> None:
        """Keras' hook."""
        del batch
        self._seen += 1
        self._logs = logs or {}
        if self._seen - self._checked >= self._every:
            self.check()

    def check(self) -> None:
        """Raises if the losses so far are not finite."""
        if self._logs and not math.isfinite(self._logs["loss"]):
            first, last = self._checked + 1, self._seen
            steps = f"batch {last}" if first == last else f"one of the batches {first} to {last}"
            rows = _first(self._batches(self._checked), self._seen - self._checked)
            _raise(self.model, _spoilt(self.model, self._logs), f"at {steps} of {self._where}", rows)
        self._checked = self._seen


def check_losses(model: MultiTaskModel, logs: Mapping[str, float], *, where: str, rows: Iterable[Batch]) -> None:
    """Raises `DivergedTrainingError` if a loss is not finite.

    Args:
        model: Whose losses they are.
        logs: By metric name.
        where: For the message, such as "on the eval split after epoch 2".
        rows: What they were computed on.
    """
    if not math.isfinite(logs["loss"]):
        _raise(model, _spoilt(model, logs), where, rows)


def check_weights(model: MultiTaskModel, *, where: str) -> None:
    """Raises `DivergedTrainingError` if a weight is not finite; a row that no later batch reads would stay unseen."""
    weights = [weight for weight in model.weights if weight.dtype.is_floating]
    spoilt = [weight.name for weight in weights if not tf.reduce_all(tf.math.is_finite(weight))]
    if spoilt:
        raise DivergedTrainingError(
            f"Weights are not finite {where}, though the losses were: {', '.join(spoilt)}. "
            f"{_advice(suspect_tables(model))}"
        )


def _raise(model: MultiTaskModel, spoilt: Sequence[str], where: str, rows: Iterable[Batch]) -> None:
    suspects = [*suspect_columns(rows), *suspect_tables(model)]
    raise DivergedTrainingError(f"The loss of {' and '.join(spoilt)} is not finite {where}. {_advice(suspects)}")


def _spoilt(model: MultiTaskModel, logs: Mapping[str, Any]) -> list[str]:  # Any: floats or tensors.
    names = [loss.name for loss in model.tasks.watched if not math.isfinite(logs[f"{loss.name}_loss"])]
    return [f"`{name}`" for name in names] or ["the regularisation"]


def _advice(suspects: Sequence[str]) -> str:
    if suspects:
        return f"Suspect: {'; '.join(suspects)}. Nothing is exported; correct these columns or scale them."
    return "No column stands out. Nothing is exported; lower the learning rates, or set `training.clip_norm`."


def _first(batches: Iterable[Batch], count: int) -> Iterable[Batch]:
    return itertools.islice(batches, count)
