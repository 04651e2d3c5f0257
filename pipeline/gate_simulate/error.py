"""The standard error of the difference of two AUCs, from nothing but rates and correlations."""

from __future__ import annotations

import math

from scipy.stats import multivariate_normal, norm

from pipeline.gate_simulate.config import PowerConfig

__all__ = ["auc_error"]


def auc_error(config: PowerConfig, base_rate: float, *, candidate: float) -> float:
    """Of candidate minus baseline on the same rows, both scores normal within each class with one spread.

    With such scores the variances and covariances of DeLong's placements are probabilities that two normal variables,
    correlated by half the correlation of the scores they come from, are both below a point. Rows of a user add to that
    as pairs: of one class by their scores' likeness, of two classes by its negative, since a score that is higher for
    all rows of a user lifts its positives' placements and lowers its negatives'. Labels are taken as independent.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988, Eq. 4 and 5, in the binormal model of Hanley and
        McNeil, Radiology 148, 1983; clusters as in Obuchowski, Biometrics 53, 1997.

    Args:
        config: Rows, correlations, clusters.
        base_rate: Share of positives.
        candidate: Its AUC.
    """
    spread = _Spread(candidate, config.auc, config.correlation)
    own = spread.of_difference(1.0) / (config.rows * base_rate) + spread.of_difference(1.0) / (
        config.rows * (1 - base_rate)
    )
    alike, opposed = spread.of_difference(config.within), spread.of_difference(-config.within)
    shared = 2 * (alike + opposed) * (config.cluster_size - 1) / config.rows
    return math.sqrt(max(own + shared, 0.0))


class _Spread:
    """Covariances of placements of two models."""

    def __init__(self, candidate: float, baseline: float, correlation: float) -> None:
        self._points = norm.ppf(candidate), norm.ppf(baseline)
        self._correlation = correlation

    def of_difference(self, likeness: float) -> float:
        """Covariance of the difference of placements between two rows whose scores under one model correlate so."""
        one, other = self._points
        same = _covariance(one, one, likeness / 2) + _covariance(other, other, likeness / 2)
        return same - 2 * _covariance(one, other, likeness * self._correlation / 2)


def _covariance(one: float, other: float, correlation: float) -> float:
    """Of two indicators of standard normal variables being below `one` and below `other`."""
    both = multivariate_normal.cdf([one, other], cov=[[1.0, correlation], [correlation, 1.0]])
    return float(both - norm.cdf(one) * norm.cdf(other))
