"""Mean absolute error."""

from __future__ import annotations

from typing import Final

from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_units

__all__ = ["MAE"]

MAE: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY, Kind.REGRESSION}), gain=Gain.LESS, quantity="absolute", denominator=of_units
)
