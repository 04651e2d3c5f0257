"""What stops a search."""

from __future__ import annotations

__all__ = ["FailedSearchError"]


class FailedSearchError(RuntimeError):
    """A search that cannot come to anything: declare other values, and search again."""
