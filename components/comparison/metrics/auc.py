"""Area under the ROC curve."""

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
from components.comparison.spread import effective_dof
from components.comparison.view import Placements, View

__all__ = ["Auc"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Auc(Compared):
    """Its error is DeLong's, with the placements summed over clusters.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988; Obuchowski, "Nonparametric Analysis of Clustered
    ROC Curve Data", Biometrics 53, 1997, section 2.
    Differs: a negative cross term never makes the variance less than the squared sums alone, which could come out as 0.
    """

    kinds: frozenset[Kind] = frozenset({Kind.BINARY})
    gain: Gain = Gain.MORE
    high: float = 1.0

    @override
    def undefined(self, view: View) -> tuple[Status, str] | None:
        if 0 < view.positives < view.rows:
            return None
        return Status.ONE_CLASS, f"All {view.rows} rows have label {int(view.positives > 0)}: AUC needs both classes."

    @override
    def estimate(self, view: View, model: int, other: int | None = None) -> Estimate:
        found = view.placements(model, other)
        row_error = math.sqrt(found.row_variance)
        if found.above is None or found.below is None:
            of_rows = float(max(min(view.positives, view.rows - view.positives) - 1, 1))
            return Estimate(found.value, row_error, of_rows, row_error, found.approximation)
        std_error, dof = _clustered(found, found.above, found.below)
        return Estimate(found.value, std_error, dof, row_error, found.approximation)

    @override
    def quantities(self) -> tuple[str, ...]:
        return ("ranks",)


def _clustered(found: Placements, above: np.ndarray, below: np.ndarray) -> tuple[float, float]:
    """Standard error and degrees of freedom."""
    positives, negatives = float(found.positives.sum()), float(found.negatives.sum())
    of_positives = (above - found.positives * (above.sum() / positives)) / positives
    of_negatives = (below - found.negatives * (below.sum() / negatives)) / negatives
    parts = (
        _bessel(int(np.count_nonzero(found.positives))) * np.square(of_positives).sum(),
        _bessel(int(np.count_nonzero(found.negatives))) * np.square(of_negatives).sum(),
        2 * _bessel(len(above)) * (of_positives * of_negatives).sum(),
    )
    influence = of_positives + of_negatives
    variance = max(float(sum(parts)), float(np.square(influence).sum()))
    return math.sqrt(variance) if not math.isnan(sum(parts)) else math.nan, effective_dof(influence)


def _bessel(count: int) -> float:
    return count / (count - 1) if count > 1 else math.nan
