"""What keeps weights from being set, named by what its reader does next."""

from __future__ import annotations

__all__ = ["NoScoresError"]


class NoScoresError(RuntimeError):
    """Nothing serves that has scores, or that could judge them: run the pipeline, or declare what is missing."""
