"""Columns as serialized tf.Examples, built without TensorFlow."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.serving.errors import FinalServingError
from pipeline.serving.messages import message_class

__all__ = ["serialized_examples"]


def serialized_examples(columns: Mapping[str, Sequence[Any]]) -> list[bytes]:
    """Writes one tf.Example a row.

    The type of a feature is that of its Python values: `str` and `bytes` to bytes_list, `int` and `bool` to
    int64_list, other numbers to float_list. A missing value, `None`, leaves the feature out of its row.

    Args:
        columns: By feature name, equally long.
    """
    sizes = {name: len(values) for name, values in columns.items()}
    if len(set(sizes.values())) > 1:
        raise FinalServingError(f"`columns` must be equally long, got {sizes}.")
    example_class = message_class("tensorflow.Example")
    serialized = []
    for row in zip(*columns.values(), strict=True):
        example = example_class()
        for name, value in zip(columns, row, strict=True):
            if value is not None:
                _add(example.features.feature[name], name, value)
        serialized.append(example.SerializeToString(deterministic=True))
    return serialized


def _add(feature: Any, name: str, value: Any) -> None:  # Any: protobuf makes the class at run time.
    if isinstance(value, str):
        feature.bytes_list.value.append(value.encode(errors="surrogateescape"))
    elif isinstance(value, bytes):
        feature.bytes_list.value.append(value)
    elif isinstance(value, numbers.Integral):
        feature.int64_list.value.append(int(value))
    elif isinstance(value, numbers.Real):
        feature.float_list.value.append(float(value))
    else:
        raise FinalServingError(f"Column `{name}` must hold strings or numbers, got {value!r}.")
