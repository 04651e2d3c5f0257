"""Log loss over that of always saying the mean label; 1 is no better than that."""

from __future__ import annotations

import math
from typing import Final

from components.comparison.cell import Status
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric

__all__ = ["NORMALISED_ENTROPY"]


def _entropy(units: float, labels: float) -> tuple[float, float, float]:
    """Log loss of the mean label over all rows, and its derivatives by rows and by labels."""
    rate = labels / units if units else 0.0
    if not 0 < rate < 1:
        return 0.0, 0.0, 0.0
    of_labels = math.log((1 - rate) / rate)
    a_row = -rate * math.log(rate) - (1 - rate) * math.log(1 - rate)
    return units * a_row, a_row - rate * of_labels, of_labels


# Source: He et al., "Practical Lessons from Predicting Clicks on Ads at Facebook", ADKDD 2014, Eq. 1.
NORMALISED_ENTROPY: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY}),
    gain=Gain.LESS,
    quantity="log_loss",
    denominator=_entropy,
    needs=(Status.ONE_CLASS, "Rows of one class have no entropy to normalise by."),
)
