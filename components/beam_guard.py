"""Keeps Beam's local runner from losing rows when it has several workers."""

from __future__ import annotations

import threading
from typing import Final

from apache_beam.runners.portability.fn_api_runner import execution

__all__ = ["guard_buffers"]

_LOCK: Final = threading.Lock()
_original = execution.BundleContextManager.get_buffer


def guard_buffers() -> None:
    """Lets one thread at a time make the buffers between two stages; idempotent.

    Beam 2.77's `BundleContextManager.get_buffer` looks whether a buffer exists and then makes it. With
    `--direct_num_workers` over 1 every worker's thread does so at once: the second buffer replaces the first, and what
    the first worker had put into it is lost without a word (10,000 and 230,000 of 900,120 rows in two runs).
    """
    execution.BundleContextManager.get_buffer = _guarded


def _guarded(
    self: execution.BundleContextManager, buffer_id: bytes, transform_id: str
) -> execution.PartitionableBuffer:
    with _LOCK:
        return _original(self, buffer_id, transform_id)
