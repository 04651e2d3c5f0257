"""Expected calibration error: how far predicted is from observed, over bins of equally many rows."""

from __future__ import annotations

import dataclasses
import math
from typing import final

import numpy as np
from typing_extensions import override

from components.comparison.cell import Status
from components.comparison.estimate import Estimate
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.base import Compared
from components.comparison.view import View

__all__ = ["CalibrationError"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class CalibrationError(Compared):
    """Weighted by rows; biased upwards by the noise in each bin, so no interval is claimed.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015.
    Differs: bins of equally many rows, since scores of rare events would share one of equal width.
    """

    kinds: frozenset[Kind] = frozenset({Kind.BINARY})
    gain: Gain = Gain.LESS
    high: float = 1.0
    has_interval: bool = False

    @override
    def undefined(self, view: View) -> tuple[Status, str] | None:
        return None if view.rows else (Status.NO_ROWS, "No rows.")

    @override
    def estimate(self, view: View, model: int, other: int | None = None) -> Estimate:
        value, approximation = _error(view, model)
        if other is not None:
            less, more = _error(view, other)
            value, approximation = value - less, approximation + more
        return Estimate(value, math.nan, approximation=approximation)

    @override
    def quantities(self) -> tuple[str, ...]:
        return ("ranks",)


def _error(view: View, model: int) -> tuple[float, float]:
    curve = view.curve(model)
    gaps = np.abs(curve.predicted - curve.observed)
    return float(np.average(gaps, weights=curve.rows)), curve.approximation
