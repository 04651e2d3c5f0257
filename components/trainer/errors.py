"""What stops a training run, named by what its owner does next."""

from __future__ import annotations

__all__ = ["CheckpointsInUseError", "DivergedTrainingError", "EvictedTrainingError", "ScratchSpaceError"]


class CheckpointsInUseError(RuntimeError):
    """Another process trains the same model on the same rows into the same folder: wait for it, or name another."""


class DivergedTrainingError(ArithmeticError):
    """The loss or a weight is no longer finite: look at the named columns, or lower a learning rate, and run again."""


class EvictedTrainingError(RuntimeError):
    """The process was asked to end, and the run is saved: run again, and it goes on."""


class ScratchSpaceError(OSError):
    """Rows could not be kept on disk between epochs: make room, or name another folder by TMPDIR, and run again."""
