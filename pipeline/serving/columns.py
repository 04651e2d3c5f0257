"""Named Python columns as the arrays that a signature asks for, and its outputs as Python columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from pipeline.serving.errors import FinalServingError
from pipeline.serving.signatures import Signature, TensorSpec

__all__ = ["arrays_of_columns", "columns_of_arrays"]

BYTES_SUFFIX: Final = "_bytes"  # TF Serving's mark of an output that holds binary values.


def arrays_of_columns(columns: Mapping[str, Sequence[Any]], signature: Signature) -> dict[str, np.ndarray]:
    """Turns columns into arrays; a missing value, `None`, becomes NaN or the empty string for the model to handle.

    Args:
        columns: By input name; those that the signature takes once hold one value, the others are equally long.
            Strings are `str` or `bytes`.
        signature: Whose inputs they are.

    Raises:
        FinalServingError: A column is missing, unknown or of another length, or a value is of the wrong type.
    """
    missing = sorted(set(signature.inputs) - set(columns))
    unknown = sorted(set(columns) - set(signature.inputs))
    if missing or unknown:
        raise FinalServingError(
            f"`columns` must be the inputs of `{signature.name}`: missing {missing}, unknown {unknown}."
        )
    sizes = {name: len(values) for name, values in columns.items()}
    once = {name for name, spec in signature.inputs.items() if spec.shape == (1,)}
    wrong = {name: sizes[name] for name in sorted(once) if sizes[name] != 1}
    if wrong:
        raise FinalServingError(f"Columns of the user must hold one value, which is every candidate's, got {wrong}.")
    if len({size for name, size in sizes.items() if name not in once}) > 1:
        raise FinalServingError(f"`columns` must be equally long, got {sizes}.")
    return {name: _array(values, signature.inputs[name]) for name, values in columns.items()}


def columns_of_arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    """Turns outputs into lists; strings are text, but `bytes` where the name ends in "_bytes", as in TF Serving."""
    return {
        name: array.tolist() if array.dtype != np.object_ or name.endswith(BYTES_SUFFIX) else _texts(array)
        for name, array in sorted(arrays.items())
    }


def _array(values: Sequence[Any], spec: TensorSpec) -> np.ndarray:
    is_text = spec.dtype.numpy == np.object_
    convert = _bytes_of if is_text else _number_of
    converted = [convert(value, spec) for value in values]
    array = np.empty(len(converted), dtype=spec.dtype.numpy)
    try:
        with np.errstate(over="ignore"):
            array[:] = converted
    except (OverflowError, ValueError, TypeError) as error:
        raise FinalServingError(f"Column `{spec.name}` must hold {spec.dtype.name} values: {error}.") from error
    return array.reshape(_shape_for(array.size, spec))


def _shape_for(size: int, spec: TensorSpec) -> tuple[int, ...]:
    # A column is [batch]; a signature may also want it as [batch, 1].
    if spec.shape is None or len(spec.shape) == 1:
        return (size,)
    if len(spec.shape) == 2 and spec.shape[1] == 1:
        return (size, 1)
    raise FinalServingError(
        f"Input `{spec.name}` must be one value a row to be asked by columns, its shape is {spec.shape_text()}."
    )


def _bytes_of(value: Any, spec: TensorSpec) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode(errors="surrogateescape")
    raise FinalServingError(f"Column `{spec.name}` must hold strings, got {value!r}: make it text.")


def _number_of(value: Any, spec: TensorSpec) -> float | int:
    if value is None and spec.dtype.numpy.kind == "f":
        return math.nan
    if value is None or isinstance(value, str | bytes):
        raise FinalServingError(f"Column `{spec.name}` must hold {spec.dtype.name} values, got {value!r}.")
    if spec.dtype.numpy.kind in "iu" and value != int(value):
        raise FinalServingError(f"Column `{spec.name}` must hold whole numbers, got {value!r}.")
    return value


def _texts(array: np.ndarray) -> Any:
    texts = [value.decode(errors="surrogateescape") for value in array.ravel().tolist()]
    shaped = np.empty(len(texts), dtype=object)
    shaped[:] = texts
    return shaped.reshape(array.shape).tolist()
