"""The calibration curve, from rows ordered by score."""

from __future__ import annotations

from typing import Final

import numpy as np

from components.comparison.view import Curve

__all__ = ["curve_of"]

CURVE_BINS: Final = 20


def curve_of(predicted: np.ndarray, labels: np.ndarray, counts: np.ndarray, approximation: float = 0.0) -> Curve:
    """Cuts scores in rising order into bins of equally many rows; equal scores stay together.

    Args:
        predicted: `[scores]` sums of the scores of rows with the same place, rising.
        labels: `[scores]` sums of their labels.
        counts: `[scores]` how many they are.
        approximation: Largest error of a mean score.
    """
    is_met = counts > 0
    predicted, labels, counts = predicted[is_met], labels[is_met], counts[is_met]
    middle = np.cumsum(counts) - counts / 2  # The bin of a score is that of its middle row.
    places = np.minimum((middle * CURVE_BINS / counts.sum()).astype(np.int64), CURVE_BINS - 1)
    rows = np.bincount(places, weights=counts, minlength=CURVE_BINS)
    is_filled = rows > 0
    rows = rows[is_filled]
    means = [np.bincount(places, weights=sums, minlength=CURVE_BINS)[is_filled] / rows for sums in (predicted, labels)]
    return Curve(means[0], means[1], rows, approximation)
