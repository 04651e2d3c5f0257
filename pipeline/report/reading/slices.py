"""TFMA's slice keys as column and value pairs."""

from __future__ import annotations

from typing import Any

from pipeline.report.evaluation import Slice

__all__ = ["slice_of"]


def slice_of(key: Any) -> Slice:
    """Reads a `SliceKey` message; one without columns stands for all rows."""
    return tuple((single.column, _value(single)) for single in key.single_slice_keys)


def _value(single: Any) -> str:
    # `Any`: protobuf's generated classes carry no types.
    kind = single.WhichOneof("kind")
    value = getattr(single, kind) if kind else ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else f"{value:g}"
