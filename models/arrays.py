"""The few functions on arrays by which one equation runs on NumPy and, in a served graph, on TensorFlow."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from models.deferred import tf

__all__ = ["NUMPY", "Array", "Arrays", "tensors"]

Array = Any  # An `np.ndarray` or a `tf.Tensor`; what both do by operators needs no name here.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arrays:
    """One library's functions, element by element.

    Attributes:
        number: To float64; truth values become 0 and 1.
        truth: A Python truth value as one of the library's.
        where: `(condition, then, otherwise)`, the last two of one type.
        is_finite: Neither NaN nor infinite.
        equal: Of numbers, or of texts as bytes.
        size: How many rows a column has.
        spread: One value a row, `(values, num_rows)`, of what may be one for all.
    """

    number: Callable[[Any], Array]
    truth: Callable[[bool], Array]
    where: Callable[[Array, Array, Array], Array]
    is_finite: Callable[[Array], Array]
    is_nan: Callable[[Array], Array]
    equal: Callable[[Array, Array], Array]
    size: Callable[[Array], Any]
    spread: Callable[[Array, Any], Array]
    abs: Callable[[Array], Array]
    log: Callable[[Array], Array]
    log1p: Callable[[Array], Array]
    exp: Callable[[Array], Array]
    min: Callable[[Array, Array], Array]
    max: Callable[[Array, Array], Array]


def _equal(left: Array, right: Array) -> Array:
    return np.asarray(left == right, dtype=bool)


NUMPY: Final = Arrays(
    number=lambda values: np.asarray(values, dtype=np.float64),
    truth=np.bool_,
    where=np.where,
    is_finite=np.isfinite,
    is_nan=np.isnan,
    equal=_equal,
    size=len,
    spread=lambda values, num_rows: np.broadcast_to(values, (num_rows,)),
    abs=np.abs,
    log=np.log,
    log1p=np.log1p,
    exp=np.exp,
    min=np.minimum,
    max=np.maximum,
)


def tensors() -> Arrays:
    """TensorFlow's; imports it."""
    return Arrays(
        number=_number,
        truth=tf.constant,
        where=tf.where,
        is_finite=tf.math.is_finite,
        is_nan=tf.math.is_nan,
        equal=tf.math.equal,
        size=tf.size,
        spread=lambda values, num_rows: tf.broadcast_to(values, [num_rows]),
        abs=tf.math.abs,
        log=tf.math.log,
        log1p=tf.math.log1p,
        exp=tf.math.exp,
        min=tf.math.minimum,
        max=tf.math.maximum,
    )


def _number(values: Any) -> Array:
    """A Python number goes there whole: a cast would take it through float32."""
    return tf.constant(values, tf.float64) if isinstance(values, (int, float)) else tf.cast(values, tf.float64)
