"""Mean log loss."""

from __future__ import annotations

from typing import Final

from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_units

__all__ = ["LOG_LOSS"]

# Probabilities are kept 1e-7 away from 0 and 1, as Keras does; of several classes the loss comes with the rows.
LOG_LOSS: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY, Kind.CLASSES}), gain=Gain.LESS, quantity="log_loss", denominator=of_units
)
