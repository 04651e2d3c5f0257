"""Predicted over observed: sum of the scores by sum of the labels; 1 is right, more is too high."""

from __future__ import annotations

from typing import Final

from components.comparison.cell import Status
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_labels

__all__ = ["CALIBRATION"]

# Its inverse, clicks over predicted clicks, goes by the name of COPC.
CALIBRATION: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY, Kind.REGRESSION}),
    gain=Gain.NEAR_ONE,
    quantity="prediction",
    denominator=of_labels,
    needs=(Status.ONE_CLASS, "The labels sum to nothing, so predicted over observed has no value."),
)
