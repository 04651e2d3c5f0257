"""Batches that hold whole lists: their rows lie together from the first epoch to the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from components.trainer.rows.format import list_ids
from components.trainer.rows.store import RowStore

__all__ = ["dealt", "list_batches"]


def list_batches(
    store: RowStore, buckets: Iterable[int], num_batches: int, *, limit: int, draws: int | None, skip: int = 0
) -> Iterator[np.ndarray]:
    """Batches of packed rows, `[batch]` bytes each: every one holds the lists that begin in its stretch of the rows.

    A stretch is as long as all rows over all batches, so a batch is longer or shorter than that by less than `limit`,
    and none is empty where `limit` is no longer than a stretch.

    Args:
        store: The rows, in buckets that hold whole lists.
        buckets: All of them, in order.
        num_batches: How many batches there are.
        limit: Rows of a list in one batch at most; a longer one is dealt into parts, which are lists of their own.
        draws: Seed of the order of lists, and of which part a row is dealt to; None for one order for all times.
        skip: Batches to leave out at the start.
    """
    begun, current = 0, 0
    parts: list[np.ndarray] = []
    for number in buckets:
        bucket = store.bucket(number)
        packed = bucket.rows.numpy()
        places = np.repeat(np.arange(len(bucket.counts)), bucket.counts)
        if not len(places):
            continue
        order, lengths = dealt(
            list_ids(packed)[places], limit, None if draws is None else np.random.default_rng([draws, number])
        )
        starts = begun + np.cumsum(lengths) - lengths
        of_rows = np.repeat(starts * num_batches // store.num_rows, lengths)
        begun += len(places)
        for some in np.split(places[order], np.flatnonzero(np.diff(of_rows)) + 1):
            batch = int(of_rows[0])
            of_rows = of_rows[len(some) :]
            if batch != current:
                if current >= skip:
                    yield np.concatenate(parts)
                parts, current = [], batch
            parts.append(packed[some])
    if current >= skip:
        yield np.concatenate(parts)


def dealt(ids: np.ndarray, limit: int, draws: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray]:
    """An order of rows in which those of a list follow each other, and the lengths of its stretches.

    Lists come in drawn order, and so do the rows inside them. One of more than `limit` rows is dealt into parts of like
    size, each with every row that it draws: all rows are seen in every epoch, and rates of other tasks stay what they
    are, while its pairs are sampled.

    Args:
        ids: `[rows]`; a row with one below 0 stands alone.
        limit: Rows of a stretch at most.
        draws: None keeps the order of lists and rows.

    Returns:
        `[rows]` places in `ids`, and `[stretches]`.
    """
    alone = -1 - np.arange(len(ids))
    _, codes, sizes = np.unique(np.where(ids < 0, alone, ids), return_inverse=True, return_counts=True)
    noise = np.arange(len(ids)) if draws is None else draws.permutation(len(ids))
    by_list = np.lexsort((noise, codes))
    within = np.empty(len(ids), np.int64)
    within[by_list] = np.arange(len(ids)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    num_parts = -(-sizes // limit)
    parts = (np.cumsum(num_parts) - num_parts)[codes] + within % num_parts[codes]
    lengths = np.bincount(parts)
    if draws is not None:
        rank = draws.permutation(len(lengths))
        parts, lengths = rank[parts], lengths[np.argsort(rank)]
    return np.lexsort((within, parts)), lengths
