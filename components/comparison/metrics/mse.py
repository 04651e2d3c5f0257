"""Mean squared error; of probabilities the Brier score."""

from __future__ import annotations

from typing import Final

from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_units

__all__ = ["MSE"]

MSE: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY, Kind.REGRESSION}), gain=Gain.LESS, quantity="squared", denominator=of_units
)
