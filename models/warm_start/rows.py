"""Which row of an earlier embedding table becomes which row of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.warm_start.layout import Table
from models.warm_start.record import RowCounts

__all__ = ["RowMap", "row_map"]


class RowMap(NamedTuple):
    """One place for each row of the new table.

    Attributes:
        rows: `[ids]` int64: the earlier row, -1 where there was none.
        counts: How many were carried, are new, were dropped.
        reason: Why rows other than those of vocabulary entries are fresh; empty if none is.
    """

    rows: np.ndarray
    counts: RowCounts
    reason: str

    @property
    def is_same(self) -> bool:
        """Whether every row stays where it is."""
        return not self.counts.dropped and bool(np.array_equal(self.rows, np.arange(len(self.rows))))

    def taken(self, before: np.ndarray, fresh: np.ndarray) -> np.ndarray:
        """`[ids, dim]`: rows of `before` where there are any, else of `fresh`, bit by bit."""
        found = fresh.copy()
        is_old = self.rows >= 0
        found[is_old] = before[self.rows[is_old]]
        return found


def row_map(before: Table, now: Table, *, entries_before: Sequence[bytes], entries: Sequence[bytes]) -> RowMap:
    """Finds each row of `now` in `before`.

    Rows of vocabulary entries are found by entry, wherever they lie. The row of missing values is carried. Rows of
    buckets are carried, bucket by bucket, where as many buckets are filled in the same way: what falls into a bucket
    of values outside the vocabulary, or of quantiles, then moves with the vocabulary, or the quantiles, as it does
    for whoever serves. A hash of another size, or of other columns, throws everything together anew.

    Args:
        before: The earlier table.
        now: The new one.
        entries_before: The earlier vocabulary, in the order of ids; empty without one.
        entries: The new one.
    """
    own_before = 1 + len(entries_before)  # The first id that is neither missing nor an entry's.
    places = {entry: place for place, entry in enumerate(entries_before, start=1)}
    reason = _other_buckets(before, now)
    own = np.full(now.num_own, -1) if reason else np.arange(own_before, own_before + now.num_own)
    of_entries = np.fromiter((places.get(entry, -1) for entry in entries), np.int64, len(entries))
    rows = np.concatenate([[0], of_entries, own]).astype(np.int64)
    carried = int(np.count_nonzero(rows >= 0))
    counts = RowCounts(carried=carried, new=len(rows) - carried, dropped=own_before + before.num_own - carried)
    return RowMap(rows, counts, reason)


def _other_buckets(before: Table, now: Table) -> str:
    if before.ids != now.ids:
        return f"ids were made by {before.ids}, and are made by {now.ids}"
    if before.num_own != now.num_own:
        return f"buckets by {now.ids} were {before.num_own}, and are {now.num_own}"
    return ""
