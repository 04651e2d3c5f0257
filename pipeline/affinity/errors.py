"""Errors of an affinity measurement, named by what the caller does next."""

from __future__ import annotations

__all__ = ["NoRowsError"]


class NoRowsError(RuntimeError):
    """There are no transformed rows that fit the configuration: run the pipeline first."""
