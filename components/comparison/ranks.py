"""Counts of scores by bin, class and bucket of clusters, from which AUC and its variance follow."""

from __future__ import annotations

import math
from typing import Final, final

import numpy as np

from components.comparison.buckets import BUCKETS
from components.comparison.grid import BINS, split
from components.comparison.prepared import Prepared
from components.comparison.sample import LowestHashes
from components.comparison.view import Placements

__all__ = ["RankSketch"]

NODES: Final = 129
_BINS_OF_A_NODE: Final = BINS // (NODES - 1)
_INSIDE: Final = np.iinfo(np.uint16).max


@final
class RankSketch:
    """For each model: fine counts of all rows for the value, coarse ones of each bucket for the variance.

    A row counts for the two nodes around its score, by nearness, in whole parts: placements between nodes are thus
    interpolated, and sums do not depend on the order of rows. Rows in one bin count as ties; where scores of a bin
    differ, half its pairs bound the error. All rows of `LowestHashes` give the error of independent rows.

    Source: Obuchowski, Biometrics 53, 1997, section 2, with buckets as clusters; a bucket of clusters is independent of
    the others as its clusters are.
    """

    def __init__(self, num_models: int, *, clustered: bool, weighted: bool) -> None:
        self._weighted = weighted  # Else whole numbers will do, of half the size.
        self._rows = np.zeros(2, np.int64)
        self._counts = np.zeros((num_models, 2, BINS), np.float64 if weighted else np.uint32)
        self._lowest = np.full((num_models, BINS), _INSIDE, np.uint16)
        self._highest = np.zeros((num_models, BINS), np.uint16)
        coarse = (num_models, BUCKETS, 2, NODES)
        self._coarse: np.ndarray | None = None
        if clustered:
            self._coarse = np.zeros(coarse, np.float64 if weighted else np.int64)
        self._samples = [LowestHashes(num_models + weighted) for _ in range(2)]

    def add(self, rows: Prepared) -> None:
        """Sees rows."""
        classes, weights = rows.is_positive.astype(np.int64), rows.weights.astype(self._counts.dtype)
        bins, inside = split(rows.places)
        inside = inside.astype(np.uint16)
        for model, own in enumerate(bins):
            np.add.at(self._counts[model].reshape(-1), classes * BINS + own, weights)
            np.minimum.at(self._lowest[model], own, inside[model])
            np.maximum.at(self._highest[model], own, inside[model])
            if self._coarse is not None:
                flat = self._coarse[model].reshape(-1)
                node, beyond = own // _BINS_OF_A_NODE, own % _BINS_OF_A_NODE
                start = (rows.buckets * 2 + classes) * NODES + node
                np.add.at(flat, start, (_BINS_OF_A_NODE - beyond) * weights)
                np.add.at(flat, start + 1, beyond * weights)
        contents = rows.places
        if self._weighted:
            contents = np.concatenate([contents, rows.weights.view(np.int64)[None]])
        for place, those in enumerate((~rows.is_positive, rows.is_positive)):
            self._rows[place] += int(np.count_nonzero(those))
            self._samples[place].add(rows.hashes[those], contents[:, those])

    def merge(self, other: RankSketch) -> None:
        """Sees what `other` saw."""
        self._rows += other._rows
        self._counts += other._counts
        np.minimum(self._lowest, other._lowest, out=self._lowest)
        np.maximum(self._highest, other._highest, out=self._highest)
        if self._coarse is not None and other._coarse is not None:
            self._coarse += other._coarse
        for sample, others in zip(self._samples, other._samples, strict=True):
            sample.merge(others)

    def counts(self, model: int) -> tuple[np.ndarray, np.ndarray]:
        """`[BINS]` weights of negatives and of positives."""
        negatives, positives = self._counts[model].astype(np.float64)
        return negatives, positives

    def placements(self, model: int, other: int | None) -> Placements:
        """As in `View`."""
        value, approximation = self._value(model)
        above, below = self._groups(model)
        if other is not None:
            less, error = self._value(other)
            value, approximation = value - less, approximation + error
            above, below = (mine - theirs for mine, theirs in zip((above, below), self._groups(other), strict=True))
        variance = sum(self._row_variance(place, model, other) for place in range(2))
        if self._coarse is None:
            return Placements(value, None, None, np.zeros(0), np.zeros(0), variance, approximation)
        negatives, positives = self._coarse[model].sum(axis=2).T / _BINS_OF_A_NODE
        is_filled = negatives + positives > 0
        return Placements(
            value,
            above[is_filled],
            below[is_filled],
            positives[is_filled],
            negatives[is_filled],
            variance,
            approximation,
        )

    def _value(self, model: int) -> tuple[float, float]:
        negatives, positives = self.counts(model)
        pairs = negatives.sum() * positives.sum()
        value = float((positives * (np.cumsum(negatives) - negatives / 2)).sum() / pairs)
        is_mixed = self._lowest[model] < self._highest[model]
        return value, float((positives * negatives)[is_mixed].sum() / (2 * pairs))

    def _groups(self, model: int) -> tuple[np.ndarray, np.ndarray]:
        """`[buckets]` sums of the placements of positives, and of negatives."""
        if self._coarse is None:
            return np.zeros(0), np.zeros(0)
        shares = [np.append(0.0, np.cumsum(counts))[::_BINS_OF_A_NODE] / counts.sum() for counts in self.counts(model)]
        of_negatives, of_positives = (self._coarse[model, :, place] / _BINS_OF_A_NODE for place in range(2))
        return (of_positives * shares[0]).sum(axis=1), (of_negatives * (1 - shares[1])).sum(axis=1)

    def _row_variance(self, place: int, model: int, other: int | None) -> float:
        """Of the mean placement of a class, rows taken as independent."""
        sample, rows = self._samples[place], int(self._rows[place])
        if rows < 2:
            return math.nan
        placed = self._placed(place, model, sample.contents[model])
        if other is not None:
            placed = placed - self._placed(place, other, sample.contents[other])
        weights = sample.contents[-1].view(np.float64) if self._weighted else np.ones(len(placed))
        of_sample = float((sample.counts * weights).sum())
        mean = (sample.counts * weights * placed).sum() / of_sample
        squares = float((sample.counts * np.square(weights * (placed - mean))).sum()) / of_sample
        return rows / (rows - 1) * squares / float(self._counts[model, place].sum())

    def _placed(self, place: int, model: int, places: np.ndarray) -> np.ndarray:
        against = self.counts(model)[1 - place]
        below = (np.cumsum(against) - against / 2) / against.sum()
        return below[split(places)[0]]
