"""A sample of rows that does not depend on their order: those whose contents hash lowest."""

from __future__ import annotations

from typing import Final, final

import numpy as np

__all__ = ["LowestHashes"]

SIZE: Final = 4096


@final
class LowestHashes:
    """Distinct contents with the lowest hashes, and how many rows have each.

    What is kept is all rows of `SIZE` contents drawn at random; with fewer contents it is all rows. A content that
    was dropped has `SIZE` lower ones beside it, which no other rows can undo, so bundles merge in any order.

    Source: Beyer et al., "On Synopses for Distinct-Value Estimation Under Multiset Operations", SIGMOD 2007, section 4.
    """

    def __init__(self, num_columns: int) -> None:
        self.hashes = np.zeros(0, np.uint64)
        self.counts = np.zeros(0, np.int64)
        self.contents = np.zeros((num_columns, 0), np.int64)

    def add(self, hashes: np.ndarray, contents: np.ndarray, counts: np.ndarray | None = None) -> None:
        """Sees rows.

        Args:
            hashes: `[rows]`, of the contents.
            contents: `[columns, rows]` whole numbers.
            counts: `[rows]` how many each stands for; None: one.
        """
        if len(self.hashes) == SIZE:
            low = hashes <= self.hashes[-1]
            hashes, contents, counts = hashes[low], contents[:, low], None if counts is None else counts[low]
        if not len(hashes):
            return
        counts = np.ones(len(hashes), np.int64) if counts is None else counts
        all_hashes = np.concatenate([self.hashes, hashes])
        met, first, places = np.unique(all_hashes, return_index=True, return_inverse=True)
        sums = np.bincount(places, weights=np.concatenate([self.counts, counts])).astype(np.int64)
        contents = np.concatenate([self.contents, contents], axis=1)
        self.hashes, self.counts, self.contents = met[:SIZE], sums[:SIZE], contents[:, first[:SIZE]]

    def merge(self, other: LowestHashes) -> None:
        """Sees what `other` saw."""
        self.add(other.hashes, other.contents, other.counts)
