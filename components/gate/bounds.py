"""One-sided bounds of an estimate, and how many rows would make them tight enough."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from scipy.special import ndtri, stdtr

from components.comparison.estimate import Estimate

__all__ = ["Bounds", "bounds_of", "holm_levels", "p_above", "rows_needed"]


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Where the truth lies.

    Attributes:
        low: It is above, with the confidence asked for.
        high: It is below, with the same.
    """

    low: float
    high: float


def bounds_of(estimate: Estimate, confidence: float) -> Bounds:
    """Each end one-sided with `confidence`, and wider by what the estimate's own approximation may be off."""
    off = estimate.approximation
    return Bounds(estimate.bound(1 - confidence) - off, estimate.bound(confidence) + off)


def p_above(estimate: Estimate) -> float:
    """One-sided p-value against "the truth is 0 or below": small where `estimate` is clearly above 0."""
    value = estimate.value - estimate.approximation
    if estimate.std_error == 0:
        return 0.0 if value > 0 else 1.0
    return float(stdtr(estimate.dof, -value / estimate.std_error))


def holm_levels(p_values: Sequence[float], level: float) -> list[float]:
    """The level at which each hypothesis of a family is tested, which keeps false rejections rare.

    With a probability of at most `level` is any hypothesis rejected that holds. The smallest p-value is held to
    level / n, the next to level / (n - 1), and so on; after the first that is above its level none is rejected, which
    is said by a level of 0.

    It is for claims that count one by one, where any false one harms: "better in this slice", "worse in this slice".
    Where *every* one of several must be shown, as under non-inferiority, a wrong "all are" needs a wrong one among
    them, and its own level bounds that: an intersection-union test, which needs no correction.

    Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scand. J. Statist. 6, 1979; for the
        intersection-union test, Berger, "Multiparameter Hypothesis Testing", Technometrics 24, 1982.
    """
    levels = [0.0] * len(p_values)
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        allowed = level / (len(p_values) - place)
        if not p_values[index] <= allowed:  # One that is no number shows nothing.
            break
        levels[index] = allowed
    return levels


def rows_needed(rows: int, std_error: float, *, distance: float, confidence: float, power: float) -> int | None:
    """How many rows show with `power` that a truth lies on its side of a limit, `distance` away.

    Standard errors fall with the root of the rows, clusters growing in number rather than in size.

    Source: the sample size of a one-sided test, (z_confidence + z_power)^2 variance / distance^2.

    Returns:
        None where no number would: there is no distance or no error to go by.
    """
    if not (distance > 0 and math.isfinite(std_error)) or rows < 1:
        return None
    quantiles = float(ndtri(confidence) + ndtri(power))
    needed = rows * (quantiles * std_error / distance) ** 2
    return math.ceil(needed) if math.isfinite(needed) else None
