"""Share of rows whose most likely class is the right one."""

from __future__ import annotations

from typing import Final

from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_units

__all__ = ["ACCURACY"]

ACCURACY: Final = RatioMetric(
    kinds=frozenset({Kind.CLASSES}), gain=Gain.MORE, high=1.0, quantity="hit", denominator=of_units
)
