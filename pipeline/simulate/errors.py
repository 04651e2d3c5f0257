"""Errors of the simulator, named by what the caller does next."""

from __future__ import annotations

__all__ = ["UnwritableOutputError"]


class UnwritableOutputError(Exception):
    """The file cannot be written: make room or choose another place, and run again."""
