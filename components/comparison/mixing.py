"""Hashes of whole numbers, the same in every process."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["combined", "mixed"]

_LOW_BITS: Final = np.uint64(2**32 - 1)
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def mixed(values: np.ndarray) -> np.ndarray:
    """Unsigned 64-bit values, each sent to one that looks drawn at random.

    Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, SplitMix64.
    """
    mixed = values + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))


def combined(columns: np.ndarray) -> np.ndarray:
    """`[columns, rows]` whole numbers to a hash of each row, whose high bits do not see the order of the columns.

    So swapped models draw the same rows, and still a row (1, 2) is not taken for a row (2, 1).
    """
    unordered, ordered = (np.zeros(columns.shape[1], np.uint64) for _ in range(2))
    for column in columns:
        own = mixed(column.astype(np.uint64))
        unordered += own
        ordered = mixed(ordered ^ own)
    return (mixed(unordered) & ~_LOW_BITS) | (ordered & _LOW_BITS)
