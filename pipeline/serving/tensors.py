"""NumPy arrays in TensorFlow's TensorProto and back, without TensorFlow."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np

__all__ = ["DTYPES", "Dtype", "dtype_of_number", "fill_tensor", "read_tensor"]

# A proto may name a huge shape and hold one value that fills it; past this it is refused, not allocated.
MAX_FILLED_ELEMENTS: Final = 2**24


@dataclasses.dataclass(frozen=True)
class Dtype:
    """One element type of the wire.

    Source: `DataType` in TensorFlow's `types.proto`, the value fields in its `tensor.proto`.

    Attributes:
        name: As in `types.proto`, such as "DT_FLOAT".
        number: Its number there.
        numpy: The element type of an array; strings are arrays of `bytes` objects.
        field: The field of a `TensorProto` that holds the values.
    """

    name: str
    number: int
    numpy: np.dtype[Any]
    field: str


DTYPES: Final = {
    name: Dtype(name, number, np.dtype(element), field)
    for name, number, element, field in (
        ("DT_FLOAT", 1, np.float32, "float_val"),
        ("DT_DOUBLE", 2, np.float64, "double_val"),
        ("DT_INT32", 3, np.int32, "int_val"),
        ("DT_UINT8", 4, np.uint8, "int_val"),
        ("DT_INT16", 5, np.int16, "int_val"),
        ("DT_INT8", 6, np.int8, "int_val"),
        ("DT_STRING", 7, np.object_, "string_val"),
        ("DT_INT64", 9, np.int64, "int64_val"),
        ("DT_BOOL", 10, np.bool_, "bool_val"),
        ("DT_UINT16", 17, np.uint16, "int_val"),
        ("DT_UINT32", 22, np.uint32, "uint32_val"),
        ("DT_UINT64", 23, np.uint64, "uint64_val"),
    )
}
_BY_NUMBER: Final = {dtype.number: dtype for dtype in DTYPES.values()}
_BY_NUMPY: Final = {dtype.numpy: dtype for dtype in DTYPES.values()}


def dtype_of_number(number: int) -> Dtype:
    """The `Dtype` of a `DataType` number; `ValueError` for one that is not carried here."""
    if number not in _BY_NUMBER:
        raise ValueError(f"`dtype` must be one of {', '.join(sorted(DTYPES))}, got number {number}.")
    return _BY_NUMBER[number]


def fill_tensor(proto: Any, array: np.ndarray) -> None:  # Any: the message class of TensorFlow or of `messages`.
    """Writes `array` into an empty `TensorProto`, values in the typed field, as TF Serving answers by default."""
    dtype = _BY_NUMPY.get(array.dtype)
    if dtype is None:
        raise ValueError(f"An array must hold one of {', '.join(sorted(DTYPES))}, got {array.dtype}.")
    proto.dtype = dtype.number
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    getattr(proto, dtype.field).extend(array.ravel().tolist())


def read_tensor(proto: Any) -> np.ndarray:  # Any: as in `fill_tensor`.
    """The array in a `TensorProto`.

    Fewer values than the shape has elements are filled up with the last one, which is TensorFlow's rule.

    Raises:
        ValueError: The values do not fill the shape, or the type is not carried here; in one sentence.
    """
    dtype = dtype_of_number(proto.dtype)
    shape = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise ValueError(f"`tensor_shape` must give every size, got {shape}.")
    count = math.prod(shape)
    values = _values(proto, dtype)
    if len(values) > count or (len(values) < count and (not len(values) or count > MAX_FILLED_ELEMENTS)):
        raise ValueError(f"A tensor of shape {shape} must hold {count} values, got {len(values)}.")
    if len(values) < count:
        values = np.concatenate([values, np.full(count - len(values), values[-1], dtype=dtype.numpy)])
    return values.reshape(shape)


def _values(proto: Any, dtype: Dtype) -> np.ndarray:
    if not proto.tensor_content:
        listed = getattr(proto, dtype.field)
        return np.fromiter(listed, dtype=dtype.numpy, count=len(listed))
    if dtype.numpy == np.object_ or len(proto.tensor_content) % dtype.numpy.itemsize:
        raise ValueError(
            f"`tensor_content` must hold whole {dtype.name} values, got {len(proto.tensor_content)} bytes."
        )
    return np.frombuffer(proto.tensor_content, dtype=dtype.numpy)
