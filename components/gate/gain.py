"""By how much a candidate is better than what it is compared with, whichever way a metric counts."""

from __future__ import annotations

import dataclasses
import math

from components.comparison.cell import Cell
from components.comparison.estimate import Estimate
from components.gate.config import Rule
from components.gate.metrics import SCALES, Metric

__all__ = ["gain_of", "gain_with_margin", "relative_gain"]


def gain_of(cell: Cell, metric: Metric) -> Estimate:
    """The difference with the sign that makes more better; of a metric that is best at 1 the plain difference."""
    difference = cell.difference or Estimate(math.nan, math.nan)
    return dataclasses.replace(difference, value=(SCALES[metric].sign or 1) * difference.value)


def gain_with_margin(cell: Cell, rule: Rule) -> tuple[Estimate, float]:
    """The gain and the margin it is held to, in the metric's units.

    A relative margin is a share of the reference's own value, which is an estimate too: the error returned is that of
    gain + share * (reference - worthless), candidate and reference being paired.

    Returns:
        The gain, whose error is that of gain and margin together; and the margin.
    """
    gain = gain_of(cell, rule.metric)
    if rule.relative_margin is None or cell.reference is None:
        return gain, rule.margin or 0.0
    scale = SCALES[rule.metric]
    margin = rule.relative_margin * abs(cell.reference.value - scale.worthless)
    factor = 1 - scale.sign * rule.relative_margin  # Of the reference in candidate - factor * reference.
    error = _combined_error(cell, factor)
    return dataclasses.replace(gain, std_error=gain.std_error if error is None else error), margin


def relative_gain(cell: Cell, metric: Metric) -> Estimate | None:
    """The gain as a share of the reference's value, of AUC and GAUC of what it exceeds 0.5 by; None without a base.

    Its error is the delta method's, base and gain being correlated.
    """
    if cell.difference is None or cell.reference is None or cell.candidate is None:
        return None
    scale = SCALES[metric]
    base = cell.reference.value - scale.worthless
    if not base > 0:
        return None
    share = cell.difference.value / base
    error = _combined_error(cell, 1 + share)  # Derivatives: 1 / base of candidate, -(1 + share) / base of reference.
    spread = (cell.difference.std_error if error is None else error) / base
    return dataclasses.replace(
        cell.difference,
        value=scale.sign * share,
        std_error=spread,
        row_error=math.nan,
        approximation=cell.difference.approximation / base,
    )


def _combined_error(cell: Cell, factor: float) -> float | None:
    """Standard error of candidate - `factor` * reference; None where the errors of either are not there.

    The covariance comes from the three errors: 2 cov = var(candidate) + var(reference) - var(difference).
    """
    if cell.candidate is None or cell.reference is None or cell.difference is None:
        return None
    of_candidate, of_reference = cell.candidate.std_error**2, cell.reference.std_error**2
    of_difference = cell.difference.std_error**2
    covariance = (of_candidate + of_reference - of_difference) / 2
    variance = of_candidate + factor**2 * of_reference - 2 * factor * covariance
    return math.sqrt(max(variance, 0.0)) if math.isfinite(variance) else None
