"""One value of a raw row."""

from __future__ import annotations

from typing import Any

from models.expression import ColumnType

__all__ = ["first_value"]


def first_value(row: Any, name: str, kind: ColumnType) -> bytes | float:  # Any: a protobuf map of features.
    """Of several values the first, as a served model takes it; "" or NaN where there is none."""
    if kind is ColumnType.STRING:
        texts = row[name].bytes_list.value if name in row else ()
        return texts[0] if texts else b""
    numbers = row[name].float_list.value if name in row else ()
    return numbers[0] if numbers else float("nan")
