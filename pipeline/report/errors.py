"""Errors of reports, named by what the caller does next."""

from __future__ import annotations

__all__ = ["UnreadableRunError"]


class UnreadableRunError(RuntimeError):
    """There is no such run to report on: name another, or run first."""
