"""What a report shows beside the comparison: counts and means by slice, and curves over all rows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final, final

import numpy as np

from components.comparison.cell import Slice
from components.comparison.rows import Membership

__all__ = ["Counts", "Curve", "Figures", "curve_of"]

ALL_ROWS: Final[Slice] = ()
SLICE_VALUES: Final = 1_000  # Of one slicing that are counted: the first by name.

# Scores are counted in bins of one width on the logit scale, where rates of 1 in 1,000 lie as far apart as halves do.
NUM_BINS: Final = 2_048
LARGEST_LOGIT: Final = 16.0
NUM_POINTS: Final = 256  # Of a curve, at most.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """One output on one slice; where rows stand for others that were left out, of those too.

    Attributes:
        output: Its name.
        slice: Which rows.
        known: Rows in the sample space with a known label.
        labels: Sum of their labels.
        predictions: By model, the sum of its scores; of several classes, or where a score is no number, there is none.
    """

    output: str
    slice: Slice
    known: float
    labels: float
    predictions: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curve:
    """One model on one binary output, over all rows of its sample space.

    Attributes:
        output: Its name.
        model: Its name.
        roc: False and true positive rates, from (0, 0) to (1, 1); empty where one class is absent.
        calibration: In order of prediction, sums of predictions, of labels and of rows.
    """

    output: str
    model: str
    roc: tuple[tuple[float, ...], ...]
    calibration: tuple[tuple[float, ...], ...]


@final
class Figures:
    """Sums of one output, of a fixed size, the same in whatever order rows come and sums are merged."""

    def __init__(self, num_models: int, *, has_curves: bool) -> None:
        self._sums: dict[Slice, np.ndarray] = {}  # [2 + models]: rows, labels, predictions of each model.
        self._num_models = num_models
        # [models, rows | labels | predictions, bins].
        self._bins = np.zeros([num_models, 3, NUM_BINS]) if has_curves else None

    def add(self, labels: np.ndarray, scores: np.ndarray, weights: np.ndarray, slices: Sequence[Membership]) -> None:
        """Sees known rows.

        Args:
            labels: `[rows]`.
            scores: `[models, rows]`; without rows on the first axis where a model's score is several numbers.
            weights: `[rows]`, how many each stands for.
            slices: One for each slicing.
        """
        values = np.stack([weights, weights * labels, *(weights * scores)])  # [2 + models, rows]
        self._add_sums(ALL_ROWS, values.sum(axis=1))
        for found in slices:
            size = len(found.names) + 1  # The last is of rows in no slice, -1.
            sums = np.stack([np.bincount(found.codes % size, own, minlength=size) for own in values], axis=1)
            met = np.bincount(found.codes % size, minlength=size)
            for name, own, rows in zip(found.names, sums, met.tolist(), strict=False):
                if rows:
                    self._add_sums(name, own)
        self._trim()
        if self._bins is not None:
            self._add_bins(labels, scores, weights)

    def merge(self, other: Figures) -> None:
        """Sees what `other` saw."""
        for name, sums in other._sums.items():
            self._add_sums(name, sums)
        self._trim()
        if self._bins is not None and other._bins is not None:
            self._bins = self._bins + other._bins

    def counts(self, output: str, models: Sequence[str]) -> list[Counts]:
        """By slice, all rows first; `models` names those of the scores."""
        found = []
        for name in sorted(self._kept(), key=lambda name: (name != ALL_ROWS, name)):
            known, labels, *predictions = self._sums[name].tolist()
            by_model = {model: sum_ for model, sum_ in zip(models, predictions, strict=False) if math.isfinite(sum_)}
            found.append(Counts(output=output, slice=name, known=known, labels=labels, predictions=by_model))
        return found

    def curves(self, output: str, models: Sequence[str]) -> list[Curve]:
        """One a model of a binary output that has rows."""
        if self._bins is None or not self._bins[:, 0].any():
            return []
        return [curve_of(output, model, bins) for model, bins in zip(models, self._bins, strict=True)]

    def _add_sums(self, name: Slice, sums: np.ndarray) -> None:
        self._sums[name] = self._sums[name] + sums if name in self._sums else sums

    def _add_bins(self, labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> None:
        for bins, own in zip(self._bins if self._bins is not None else (), scores, strict=True):
            is_score = np.isfinite(own)
            places = _bin(own[is_score])
            of_rows = weights[is_score]
            for row, value in enumerate((of_rows, of_rows * labels[is_score], of_rows * own[is_score])):
                bins[row] += np.bincount(places, value, minlength=NUM_BINS)

    def _trim(self) -> None:
        if len(self._sums) > 2 * SLICE_VALUES:
            self._sums = {name: self._sums[name] for name in self._kept()}

    def _kept(self) -> list[Slice]:
        """Of each slicing the first names: a value beyond them has as many before it, whatever other rows bring."""
        by_columns: dict[tuple[str, ...], list[Slice]] = {}
        for name in sorted(self._sums):
            by_columns.setdefault(tuple(column for column, _ in name), []).append(name)
        return [name for names in by_columns.values() for name in names[:SLICE_VALUES]]


def curve_of(output: str, model: str, bins: np.ndarray) -> Curve:
    """The curves of `[rows | labels | predictions, bins]`, which hold at least one row."""
    filled = bins[:, bins[0] > 0]
    share = np.cumsum(filled[0]) / filled[0].sum()
    pieces = np.minimum(share * NUM_POINTS, NUM_POINTS - 1).astype(int)  # Of like numbers of rows.
    merged = np.add.reduceat(filled, np.flatnonzero(np.diff(pieces, prepend=-1)), axis=1)
    rows, labels, predictions = merged
    calibration = tuple(zip(predictions.tolist(), labels.tolist(), rows.tolist(), strict=True))
    return Curve(output=output, model=model, roc=_roc(labels, rows - labels), calibration=calibration)


def _roc(positives: np.ndarray, negatives: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """From `[pieces]` in order of score; a piece's rows are taken for alike."""
    if not positives.sum() > 0 or not negatives.sum() > 0:
        return ()
    rates = [np.cumsum(own[::-1]) / own.sum() for own in (negatives, positives)]
    return ((0.0, 0.0), *zip(*(own.tolist() for own in rates), strict=True))


def _bin(scores: np.ndarray) -> np.ndarray:
    """`[rows]` bins of probabilities; 0 and 1 are in the outermost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = np.log(scores) - np.log1p(-scores)
    inside = np.clip(np.nan_to_num(logits, nan=0.0), -LARGEST_LOGIT, LARGEST_LOGIT)
    return np.minimum((inside + LARGEST_LOGIT) / (2 * LARGEST_LOGIT) * NUM_BINS, NUM_BINS - 1).astype(np.int64)
