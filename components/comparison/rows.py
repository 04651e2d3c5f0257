"""Rows as a batch brings them: labels, scores of every model, clusters and slices."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from components.comparison.cell import Slice

__all__ = [
    "MISSING",
    "NO_ID",
    "Membership",
    "Rows",
    "cluster_ids",
    "membership",
    "membership_of_codes",
    "with_missing",
]

NOWHERE: Final = -1  # Code of a row that is in no slice of a slicing.
MISSING: Final = "(no value)"  # Of rows without a value: a slice like others, since they may get worse like others.
NO_ID: Final = np.uint64(0xB4B2797457A0A6E4)  # Of a missing or empty value: what `cluster_ids` makes of no text.


@dataclasses.dataclass(frozen=True)
class Membership:
    """Of one slicing, the slice that each row is in.

    Attributes:
        names: The slices met.
        codes: `[rows]` places in `names`; -1 where a row is in none of them.
    """

    names: tuple[Slice, ...]
    codes: np.ndarray


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rows:
    """A batch of one output.

    Attributes:
        labels: `[rows]`; of several classes anything, since only losses are read.
        scores: `[models, rows]`, the candidate first, then the references in the plan's order. Of several classes the
            losses of the rows.
        hits: `[models, rows]`, of several classes 1 where the first guess is right; else None.
        clusters: `[rows]` unsigned 64-bit ids, `cluster_ids` makes them; None where rows are independent.
        slices: One for each slicing of the plan, in its order.
        known: `[rows]`, 1 where the row is of the output's sample space with a known label; None: everywhere.
    """

    labels: np.ndarray
    scores: np.ndarray
    hits: np.ndarray | None = None
    clusters: np.ndarray | None = None
    slices: Sequence[Membership] = ()
    known: np.ndarray | None = None


def membership(columns: Sequence[str], values: Sequence[np.ndarray]) -> Membership:
    """Names the slice of each row from the values of one or several columns.

    Args:
        columns: Names.
        values: One array `[rows]` for each column: text, bytes or whole numbers; None, NaN or no text is `MISSING`.
    """
    codes, met = [], []
    for cells in values:
        texts = np.array([_text(cell) for cell in cells.tolist()], dtype=object)
        is_there = texts != None  # noqa: E711  # Elementwise.
        own = np.full(len(texts), NOWHERE)
        names, own[is_there] = np.unique(texts[is_there].astype(str), return_inverse=True)
        codes.append(own)
        met.append(names.tolist())
    return membership_of_codes(columns, codes, met)


def membership_of_codes(
    columns: Sequence[str], codes: Sequence[np.ndarray], texts: Sequence[Sequence[str]]
) -> Membership:
    """As `membership`, of columns that come as codes.

    Args:
        columns: Names.
        codes: One array `[rows]` for each column; -1 where the value is missing.
        texts: For each column, what its codes stand for.
    """
    names: list[Slice] = [()]
    places = np.zeros(len(codes[0]), np.int64)
    for column, given, met in zip(columns, codes, texts, strict=True):
        own, called = with_missing(given, met)
        pairs, places = np.unique(places * len(called) + own, return_inverse=True)
        names = [(*names[pair // len(called)], (column, called[pair % len(called)])) for pair in pairs.tolist()]
    return Membership(tuple(names), places)


def with_missing(codes: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """`[rows]` codes and what they stand for, `MISSING` where a code is -1 or its text is empty."""
    lacking = [place for place, text in enumerate(texts) if text in ("", MISSING)]
    return np.where(np.isin(codes, [NOWHERE, *lacking]), len(texts), codes), [*texts, MISSING]


def cluster_ids(values: np.ndarray) -> np.ndarray:
    """Ids of clusters, the same in every process: whole numbers as they are, others by BLAKE2 (RFC 7693).

    Args:
        values: `[rows]` whole numbers, text or bytes; missing and empty values get `NO_ID`.
    """
    if values.dtype.kind in "iub":
        return values.astype(np.uint64)
    texts = np.array([_text(cell) or "" for cell in values.tolist()])
    met, codes = np.unique(texts, return_inverse=True)
    digests = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in met.tolist()]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)[codes]


def _text(cell: object) -> str | None:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)
