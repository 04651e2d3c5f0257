"""Metrics that are a sum over rows divided by something that only counts and labels decide."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Final, final

import numpy as np
from typing_extensions import override

from components.comparison.cell import Status
from components.comparison.estimate import Estimate
from components.comparison.metrics.base import Compared
from components.comparison.spread import dof_of_moments, effective_dof
from components.comparison.view import Base, Sums, View

__all__ = ["Denominator", "RatioMetric", "of_labels", "of_units"]

_CANCELLED: Final = 1e-3  # Squares, of which less than a millionth of the fourth powers is left.

Denominator = Callable[[float, float], tuple[float, float, float]]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class RatioMetric(Compared):
    """Sum of a quantity over a denominator, its error by linearisation with the sums of clusters.

    Source: Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.3 (ratio estimates), with clusters as the units.
    Differs: two models share the denominator, so their difference is the same ratio of the difference, row by row.

    Attributes:
        quantity: What is summed.
        denominator: From units and sum of labels to its value and its two derivatives.
        needs: Why there is no value where the denominator is 0.
    """

    quantity: str
    denominator: Denominator
    needs: tuple[Status, str] = (Status.NO_ROWS, "No rows.")

    @override
    def undefined(self, view: View) -> tuple[Status, str] | None:
        base = view.base()
        return None if self.denominator(base.units, base.labels)[0] > 0 else self.needs

    @override
    def estimate(self, view: View, model: int, other: int | None = None) -> Estimate:
        """See `Compared`."""
        base, sums = view.base(), view.sums(self.quantity, model, other)
        size, of_unit, of_label = self.denominator(base.units, base.labels)
        value = sums.total / size
        slope, tilt = value * of_unit, value * of_label
        squares = _row_squares(base, sums, slope, tilt)
        row_error = math.sqrt(_of_one_more(base.count) * squares) / size
        if sums.groups is None or base.group_units is None or base.group_labels is None:
            dof = _row_dof(base, sums, squares, slope=slope, tilt=tilt)
            return Estimate(value, row_error, dof=dof, row_error=row_error)
        influence = (sums.groups - slope * base.group_units - tilt * base.group_labels) / size
        std_error = math.sqrt(_of_one_more(len(influence)) * float(np.square(influence).sum()))
        return Estimate(value, std_error, dof=effective_dof(influence), row_error=row_error)

    @override
    def quantities(self) -> tuple[str, ...]:
        return (self.quantity,)


def of_units(units: float, labels: float) -> tuple[float, float, float]:
    """The denominator of a mean."""
    del labels
    return units, 1.0, 0.0


def of_labels(units: float, labels: float) -> tuple[float, float, float]:
    """The denominator of a ratio to what was observed."""
    del units
    return labels, 0.0, 1.0


def _row_squares(base: Base, sums: Sums, slope: float, tilt: float) -> float:
    """Sum over units of (quantity - slope * unit - tilt * label) squared, all weighted."""
    squares = (
        sums.squares
        - 2 * (slope * sums.unit_cross + tilt * sums.cross)
        + slope**2 * base.unit_squares
        + 2 * slope * tilt * base.unit_labels
        + tilt**2 * base.label_squares
    )
    return max(squares, 0.0)


def _row_dof(base: Base, sums: Sums, squares: float, *, slope: float, tilt: float) -> float:
    """As `effective_dof` of what `_row_squares` sums, from moments; of a denominator of both kinds one less than units.

    Where nearly all of the moments cancels, they cannot tell: then too.
    """
    most = float(max(base.count - 1, 1))
    moments, fourths, factor = sums.unit_moments, base.unit_fourths, slope
    if slope == 0:
        moments, fourths, factor = sums.label_moments, base.label_fourths, tilt
    if moments is None or (slope and tilt) or squares <= _CANCELLED * sums.squares:
        return most
    first, second, third, fourth = moments.tolist()
    total = fourth - 4 * factor * third + 6 * factor**2 * second - 4 * factor**3 * first + factor**4 * fourths
    return dof_of_moments(squares, total, base.count)


def _of_one_more(count: float) -> float:
    """Bessel's factor; one group alone says nothing of a spread."""
    return count / (count - 1) if count > 1 else math.nan
