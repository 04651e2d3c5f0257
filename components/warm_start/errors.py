"""What keeps training from going on, named by what its owner does next."""

from __future__ import annotations

__all__ = ["UnusableStartError"]


class UnusableStartError(RuntimeError):
    """Training cannot go on from what serves: put another version there, or let it begin with fresh weights."""
