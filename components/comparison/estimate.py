"""A number with its uncertainty."""

from __future__ import annotations

import dataclasses
import math

from scipy.special import stdtrit

__all__ = ["Estimate"]


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number estimated from rows.

    Attributes:
        value: What the rows say.
        std_error: Of `value`; 0 where two models are identical, NaN where none can be given.
        dof: Degrees of freedom of that error: clusters, or buckets of them, less one.
        row_error: What the standard error would be if rows were independent; NaN where it was not asked for.
        approximation: By how much `value` may be off from what all rows one by one would give; 0 where it is exact.
    """

    value: float
    std_error: float
    dof: float = math.inf
    row_error: float = math.nan
    approximation: float = 0.0

    def bound(self, level: float) -> float:
        """Student's quantile: `value` is above the truth's `level` quantile bound; 0.975 is the upper end of 95 %.

        Args:
            level: Between 0 and 1, ends excluded; below a half it is a lower bound.
        """
        if self.std_error == 0:
            return self.value
        return self.value + float(stdtrit(self.dof, level)) * self.std_error

    def interval(self, confidence: float) -> tuple[float, float]:
        """Two-sided; 0.95 leaves 2.5 % on either side."""
        return self.bound((1 - confidence) / 2), self.bound((1 + confidence) / 2)

    @property
    def cluster_effect(self) -> float:
        """Variance over that of independent rows; above 1, rows of a cluster are alike."""
        return (self.std_error / self.row_error) ** 2 if self.row_error > 0 else math.nan
