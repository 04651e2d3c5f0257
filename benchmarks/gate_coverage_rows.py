"""Rows of users, scored by two models of which one is slightly better, with the truth worked out."""

from __future__ import annotations

import dataclasses
import functools
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

__all__ = ["Draw", "Population"]

USER_SPREAD: Final = 0.7  # Of the log-odds of users.
ROW_SPREAD: Final = 1.0  # Of the log-odds of a user's rows.
SHARED_ERRORS: Final = (0.3, 0.5)  # Of both models alike: by user, by row.
OWN_ERRORS: Final = ((0.2, 0.3), (0.25, 0.4))  # Of each model: by user, by row.
SHIFTS: Final = (0.0, 0.05)  # Of each model's log-odds.

_GRID: Final = 4001
_REACH: Final = 9.0  # Standard deviations on either side.
_NODES: Final = 80


@dataclasses.dataclass(frozen=True)
class Draw:
    """One sample.

    Attributes:
        users: `[rows]` ids.
        labels: `[rows]`, 0 or 1.
        scores: `[2, rows]` probabilities.
    """

    users: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


@dataclasses.dataclass(frozen=True)
class Population:
    """Users with a level of their own, whose rows are thus alike, and models that err by user and by row.

    Attributes:
        rate: Share of rows with label 1.
        mean_rows: Rows of a user, geometric; 1 is one each.
    """

    rate: float
    mean_rows: int

    def draw(self, rng: np.random.Generator, num_users: int) -> Draw:
        """Samples users with all their rows."""
        sizes = rng.geometric(1 / self.mean_rows, num_users)
        users = np.repeat(np.arange(num_users), sizes)

        def effect(of_user: float, of_row: float) -> np.ndarray:
            return rng.normal(scale=of_user, size=num_users)[users] + rng.normal(scale=of_row, size=len(users))

        level = self._intercept + effect(USER_SPREAD, ROW_SPREAD)
        labels = (rng.random(len(users)) < expit(level)).astype(np.float64)
        seen = level + effect(*SHARED_ERRORS)
        scores = np.stack([expit(seen + effect(*own) + shift) for own, shift in zip(OWN_ERRORS, SHIFTS, strict=True)])
        return Draw(users.astype(np.uint64), labels, scores)

    @functools.cached_property
    def truth(self) -> dict[str, float]:
        """First model less second, by quadrature: log-odds and scores are jointly normal."""
        first, second = (self._values(model) for model in range(2))
        return {name: first[name] - second[name] for name in first}

    @functools.cached_property
    def _intercept(self) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        weights = weights / weights.sum()
        spread = float(np.hypot(USER_SPREAD, ROW_SPREAD))

        def excess(level: float) -> float:
            return float((weights * expit(level + spread * nodes)).sum()) - self.rate

        return float(brentq(excess, -20.0, 20.0, xtol=1e-12))

    def _values(self, model: int) -> dict[str, float]:
        of_level = USER_SPREAD**2 + ROW_SPREAD**2
        of_score = of_level + sum(error**2 for error in (*SHARED_ERRORS, *OWN_ERRORS[model]))
        steps = np.linspace(-_REACH, _REACH, _GRID)
        mass = norm.pdf(steps) * (steps[1] - steps[0])
        score = self._intercept + SHIFTS[model] + steps * of_score**0.5
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        # Given the score, the log-odds are normal around their regression on it.
        centre = self._intercept + steps * of_level / of_score**0.5
        around = (of_level - of_level**2 / of_score) ** 0.5 * nodes
        positive = expit(centre[:, None] + around) @ (weights / weights.sum()) * mass
        negative = mass - positive
        below = np.cumsum(negative) - negative / 2
        loss = positive * np.logaddexp(0, -score) + negative * np.logaddexp(0, score)
        return {
            "auc": float((positive * below).sum() / (positive.sum() * negative.sum())),
            "log_loss": float(loss.sum()),
            "calibration": float((mass * expit(score)).sum() / positive.sum()),
        }
