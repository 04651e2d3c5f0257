"""Which slice and which cluster each row of a batch is in, from TFMA's feature values."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from components.comparison.cell import Slice
from components.comparison.rows import NO_ID, Membership, cluster_ids, with_missing

__all__ = ["clusters", "ids", "memberships"]

_NONE = -1  # Code of a row without a value.


def memberships(features: Mapping[str, Any], slicings: Sequence[tuple[str, ...]], num_rows: int) -> list[Membership]:
    """The slice of each row under each slicing; where it lacks a column, its value there is `MISSING`.

    Args:
        features: TFMA's feature values by column; `Any`, since they come dense, as dense with None, or sparse.
        slicings: Columns of each.
        num_rows: Of the batch.
    """
    columns = {name for columns in slicings for name in columns}
    coded = {name: with_missing(*_coded(features.get(name), num_rows)) for name in columns}
    return [_membership(columns, [coded[name] for name in columns]) for columns in slicings]


def ids(features: Mapping[str, Any], column: str, num_rows: int) -> np.ndarray:
    """`[rows]` unsigned 64-bit ids of the values of a column; `NO_ID` where there is none."""
    codes, texts = _coded(features.get(column), num_rows)
    return cluster_ids(np.array([*texts, ""], dtype=object))[codes]


def clusters(features: Mapping[str, Any], column: str, examples: Sequence[bytes]) -> np.ndarray:
    """As `ids`, but a row without a value is a cluster of its own, whatever batch brings it.

    Args:
        features: As of `memberships`.
        column: Whose rows depend on each other.
        examples: `[rows]`, serialized; equal ones without a value are one cluster.
    """
    found = ids(features, column, len(examples))
    for place in np.flatnonzero(found == NO_ID).tolist():
        digest = hashlib.blake2b(bytes(examples[place]), digest_size=8).digest()
        found[place] = int.from_bytes(digest, "little")
    return found


def _membership(columns: tuple[str, ...], coded: Sequence[tuple[np.ndarray, list[str]]]) -> Membership:
    sizes = [len(texts) for _, texts in coded]
    codes = np.zeros(len(coded[0][0]), np.int64)
    for own, texts in coded:
        codes = codes * len(texts) + own
    places, met = pd.factorize(codes)
    names = tuple(_name(columns, [texts for _, texts in coded], code, sizes) for code in met.tolist())
    return Membership(names, places.astype(np.int64))


def _name(columns: tuple[str, ...], texts: Sequence[list[str]], code: int, sizes: Sequence[int]) -> Slice:
    name = []
    for column, own, size in reversed(list(zip(columns, texts, sizes, strict=True))):
        code, place = divmod(code, size)
        name.append((column, own[place]))
    return tuple(reversed(name))


def _coded(values: Any, num_rows: int) -> tuple[np.ndarray, list[str]]:
    """`[rows]` places in a list of texts, -1 without a value; of several values the first counts."""
    if values is None:
        return np.full(num_rows, _NONE), []
    if hasattr(values, "indices"):  # Sparse: TFMA's VarLenTensorValue.
        rows, first = np.unique(np.asarray(values.indices)[:, 0], return_index=True)
        places, met = pd.factorize(np.asarray(values.values)[first])
        codes = np.full(num_rows, _NONE)
        codes[rows] = places
    else:
        dense = np.asarray(values)
        codes, met = pd.factorize(dense[:, 0] if dense.ndim > 1 else dense)
    texts, places = np.unique(np.array([_text(value) for value in met], dtype=object), return_inverse=True)
    # Two values may have one text; -1 is the last place.
    return np.append(places.astype(np.int64), _NONE)[codes], texts.tolist()


@functools.lru_cache(maxsize=1 << 16)
def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else f"{value:g}"
    return str(value)
