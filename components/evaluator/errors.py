"""What stops an evaluation, named by what its owner does next."""

from __future__ import annotations

__all__ = ["UnusableModelError"]


class UnusableModelError(Exception):
    """A model cannot be loaded, or cannot score the rows: train and export it again."""
