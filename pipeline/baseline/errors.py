"""Errors of a baseline, named by what the caller does next."""

from __future__ import annotations

__all__ = ["NoModelError"]


class NoModelError(RuntimeError):
    """The last run has left no model or no rows to judge beside: run the pipeline again."""
