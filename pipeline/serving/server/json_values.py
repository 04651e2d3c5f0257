"""JSON values as tensors and tensors as JSON values, by the rules of TF Serving's REST API.

Source: TensorFlow Serving's documentation "RESTful API", sections "Request format", "JSON mapping" and "Encoding binary
values", and its `util/json_tensor.cc` for what it refuses.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, Final

import numpy as np

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.signatures import TensorSpec

__all__ = ["array_from_json", "json_from_array"]

BASE64_KEY: Final = "b64"
BYTES_SUFFIX: Final = "_bytes"  # An output so named holds binary values.


def array_from_json(value: Any, spec: TensorSpec) -> np.ndarray:  # Any: parsed JSON.
    """Reads a JSON value, nested lists or a single one, as the tensor that `spec` asks for."""
    shape, leaves = _flatten(value, spec.name)
    kind = spec.dtype.numpy.kind
    if kind == "O":
        array = np.empty(len(leaves), dtype=object)
        array[:] = [_bytes(leaf, spec) for leaf in leaves]
    elif kind == "b":
        array = np.array(_of_types(leaves, {bool}, spec), dtype=bool)
    elif kind in "iu":
        array = _integers(leaves, spec)
    else:
        array = _decimals(leaves, spec)
    return array.reshape(shape)


def json_from_array(name: str, array: np.ndarray) -> Any:  # Any: JSON of any nesting.
    """Writes an output as JSON values; decimals in the fewest digits that read back as the same number."""
    if array.dtype == np.object_:
        texts = [_text(name, value) for value in array.ravel().tolist()]
        return _nest(texts, array.shape)
    if array.dtype == np.float32:
        array = array.astype(str).astype(np.float64)
    return array.tolist()


def _flatten(value: Any, name: str) -> tuple[list[int], list[Any]]:
    shape: list[int] = []
    leaves = [value]
    while leaves and isinstance(leaves[0], list):
        size = len(leaves[0])
        if any(not isinstance(leaf, list) or len(leaf) != size for leaf in leaves):
            raise _refused(f"Input `{name}` must be a rectangular list, got lists of unequal sizes.")
        shape.append(size)
        leaves = [item for leaf in leaves for item in leaf]
    if any(isinstance(leaf, list) for leaf in leaves):
        raise _refused(f"Input `{name}` must be a rectangular list, got a list beside a value.")
    return shape, leaves


def _nest(values: list[Any], shape: tuple[int, ...]) -> Any:
    if not shape:
        return values[0]
    for size in reversed(shape[1:]):
        values = [values[i : i + size] for i in range(0, len(values), size)] if size else [[] for _ in range(shape[0])]
    return values


def _of_types(leaves: list[Any], types: set[type], spec: TensorSpec) -> list[Any]:
    for leaf in leaves:
        if type(leaf) not in types:  # Not isinstance: JSON's true is no number, though Python's True is an int.
            raise _refused(
                f"JSON Value: {_shown(leaf)} of input `{spec.name}` is not of expected type: {spec.dtype.name}."
            )
    return leaves


def _integers(leaves: list[Any], spec: TensorSpec) -> np.ndarray:
    limits = np.iinfo(spec.dtype.numpy)
    for leaf in _of_types(leaves, {int}, spec):
        if not limits.min <= leaf <= limits.max:
            raise _refused(f"Input `{spec.name}` must fit {spec.dtype.name}, got {_shown(leaf)}.")
    return np.array(leaves, dtype=spec.dtype.numpy)


def _decimals(leaves: list[Any], spec: TensorSpec) -> np.ndarray:
    limits = np.finfo(spec.dtype.numpy)
    max_integer = 2 ** (limits.nmant + 1) - 1
    for leaf in _of_types(leaves, {int, float}, spec):
        largest = max_integer if type(leaf) is int else float(limits.max)
        if abs(leaf) > largest and not (type(leaf) is float and math.isinf(leaf)):
            raise _refused(
                f"Input `{spec.name}`: cannot convert {_shown(leaf)} to {spec.dtype.name} without loss of precision."
            )
    return np.array(leaves, dtype=spec.dtype.numpy)


def _bytes(leaf: Any, spec: TensorSpec) -> bytes:
    if isinstance(leaf, dict) and set(leaf) == {BASE64_KEY} and isinstance(leaf[BASE64_KEY], str):
        return _decoded(leaf[BASE64_KEY], spec.name)
    _of_types([leaf], {str}, spec)
    try:
        return str(leaf).encode()
    except UnicodeEncodeError as error:
        raise _refused(
            f"Input `{spec.name}` must be Unicode text, got half a surrogate pair: send it as b64."
        ) from error


def _decoded(text: str, name: str) -> bytes:
    packed = "".join(text.split())  # TF Serving skips white space and does not ask for the padding.
    try:
        return base64.b64decode(packed.rstrip("=") + "=" * (-len(packed.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused(f"Input `{name}`: unable to base64 decode {_shown(text)}.") from error


def _text(name: str, value: bytes) -> Any:
    if name.endswith(BYTES_SUFFIX):
        return {BASE64_KEY: base64.b64encode(value).decode("ascii")}
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise _refused(
            f"Output `{name}` must be UTF-8 to be written as JSON: name it `{name}{BYTES_SUFFIX}`, or ask by gRPC."
        ) from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _refused(message: str) -> RefusedRequestError:
    return RefusedRequestError(Code.INVALID_ARGUMENT, message)
