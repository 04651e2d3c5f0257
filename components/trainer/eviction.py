"""Ends a training run between two steps when the process is asked to go, as a cluster asks a pod that it moves."""

from __future__ import annotations

import signal
import threading
import types
from typing import Self, final

from components.trainer.errors import EvictedTrainingError

__all__ = ["Eviction"]


@final
class Eviction:
    """Within its block SIGTERM interrupts nothing: it is only noted, for whoever can save first.

    Only a process's main thread hears signals, so that elsewhere nothing is noted.

    Attributes:
        asked: Whether the process was asked to go.
    """

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        self._hears = threading.current_thread() is threading.main_thread()
        if self._hears:
            self._before = signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        if self._hears:
            signal.signal(signal.SIGTERM, self._before)

    def check(self, step: int) -> None:
        """Raises `EvictedTrainingError` if the process was asked to go; what `step` has reached must be saved."""
        if self.asked:
            raise EvictedTrainingError(
                f"The training was asked to end by SIGTERM and is saved after step {step}: run again, it goes on there."
            )

    def _note(self, signum: int, frame: types.FrameType | None) -> None:
        del signum, frame
        self.asked = True
