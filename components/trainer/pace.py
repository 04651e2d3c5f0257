"""How fast rows are read, and how fast they are trained on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, final

import tensorflow as tf

__all__ = ["Pace", "reading_rate"]

_MEASURED_S: Final = 0.5


@final
class Pace(tf.keras.callbacks.Callback):
    """Rows a second of the training loop, from the second batch of each epoch on: the first one may be compiled.

    Args:
        batch_size: Rows of a batch.
        clock: Seconds from any fixed moment.
    """

    _supports_tf_logs = True

    def __init__(self, batch_size: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._batch_size, self._clock = batch_size, clock
        self._rows = 0
        self._seconds = self._before = 0.0

    @property
    def rows_per_second(self) -> float:
        """0 while no epoch has had two batches."""
        return self._rows / self._seconds if self._seconds else 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # Any: Keras passes a mapping of anything.
        """Keras' hook."""
        del logs
        now = self._clock()
        if batch:
            self._rows += self._batch_size
            self._seconds += now - self._before
        self._before = now


def reading_rate(batches: Iterable[Any], batch_size: int, clock: Callable[[], float] = time.monotonic) -> float:
    """Rows a second of reading alone, after the first batch if there are more, and for half a second at most."""
    begun = last = clock()
    arrivals = 0
    for _ in batches:
        arrivals, last = arrivals + 1, clock()
        if arrivals == 1:
            first = last
        if last - first > _MEASURED_S:
            break
    if arrivals > 1:
        return (arrivals - 1) * batch_size / max(last - first, 1e-9)
    return batch_size / max(last - begun, 1e-9)
