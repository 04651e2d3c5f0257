"""What stops a training run, named by what its owner does next."""

from __future__ import annotations

__all__ = ["DivergedTrainingError", "ScratchSpaceError"]


class DivergedTrainingError(ArithmeticError):
    """The loss or a weight is no longer finite: look at the named columns, or lower a learning rate, and run again."""


class ScratchSpaceError(OSError):
    """Rows could not be kept on disk between epochs: make room, or name another folder by TMPDIR, and run again."""
