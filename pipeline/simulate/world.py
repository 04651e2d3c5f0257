"""The world that a simulated data set is drawn from: its users and items, and how they click and convert."""

from __future__ import annotations

import dataclasses
from typing import Final, final

import numpy as np

from pipeline.simulate.config import SimulateConfig
from pipeline.simulate.draws import normal, uniform, zipf_rank

__all__ = ["World"]

SPEND_NOISE: Final = 0.5  # Standard deviation of log spend beyond the features.
SPEND_SIGNAL: Final = 0.5  # Of log spend by the features.

_PILOT_START: Final = 2**60  # Beyond every row a configuration can ask for.
_PILOT_ROWS: Final = 2**16
_TASTE_DIM: Final = 4
# How much of a score's variance each part has before scores are standardised.
_SHARES: Final = {"user": 0.2, "item": 0.25, "category": 0.2, "line": 0.15, "wave": 0.1, "taste": 0.1}


@dataclasses.dataclass(frozen=True)
class _Scale:
    """What turns raw scores into probabilities, fitted once on the pilot rows."""

    mean: np.ndarray  # [scores]
    whiten: np.ndarray  # [scores, scores]; lower triangular.
    click_shift: float
    conversion_shift: float
    spend_factor: float


@final
class World:
    """Makes any stretch of rows, each with its true probabilities.

    Click and conversion log-odds are shift + signal * score + selection_bias * confounder. A score sums effects of the
    user, the item, categorical values, numbers (a line and a wave) and the match of user and item; scores are
    standardised over the population of rows and mixed to the declared correlation. The shifts are found so that the
    declared rates hold over the population; a sample's own rates scatter around them.

    Given its row, confounder included, a click and a would-be conversion are drawn independently with the true
    probabilities, so `true_converts` is what a conversion label would be if every impression were clicked.
    """

    def __init__(self, config: SimulateConfig) -> None:
        self.config = config
        self._scale = self._fit(config)

    def rows(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Rows from `start` up to `stop`, by column, features first, then labels, then `true_` columns."""
        row = np.arange(start, stop, dtype=np.uint64)
        features = self._features(row, row // np.uint64(self.config.list_size))
        truth = self._truth(row, self._standard_scores(features))
        click = uniform(self.config.seed, "click", index=row) < truth["true_click"]
        conversion = click & (truth["true_converts"] == 1)
        labels = {"click": click.astype(np.int64), "conversion": conversion.astype(np.int64)}
        if self.config.mean_spend is not None:
            noise = SPEND_NOISE * normal(self.config.seed, "spend", index=row) - SPEND_NOISE**2 / 2
            labels["spend"] = np.round(conversion * truth["true_spend"] * np.exp(noise), 2)
        ids = {"list_id": (row // np.uint64(self.config.list_size)).astype(np.int64)}
        return ids | self._dates(row) | features | labels | truth

    def _dates(self, row: np.ndarray) -> dict[str, np.ndarray]:
        if self.config.start_date is None or self.config.rows_per_day is None:
            return {}
        day = (row // np.uint64(self.config.rows_per_day)).astype(np.int64)
        return {"date": np.datetime_as_string(np.datetime64(self.config.start_date, "D") + day)}

    def _features(self, row: np.ndarray, list_index: np.ndarray) -> dict[str, np.ndarray]:
        config = self.config
        viewer = uniform(config.seed, "viewer", index=list_index)
        shown = uniform(config.seed, "shown", index=row)
        columns = {
            "user_id": zipf_rank(viewer, config.num_users, exponent=config.activity).astype(np.int64),
            "item_id": zipf_rank(shown, config.num_items, exponent=config.popularity).astype(np.int64),
        }
        for place in range(config.num_categorical):
            share = uniform(config.seed, f"category_{place}", index=row)
            rank = zipf_rank(share, config.num_values, exponent=config.popularity)
            columns[f"category_{place}"] = rank.astype(np.int64)
        for place in range(config.num_numeric):
            value = normal(config.seed, f"number_{place}", index=row)
            columns[f"number_{place}"] = np.round(value, 4).astype(np.float32)  # As the file will hold it.
        return columns

    def _raw_score(self, name: str, features: dict[str, np.ndarray]) -> np.ndarray:
        """`[rows]`; what `features` say before standardising."""
        config = self.config

        def effect(of: str, index: np.ndarray) -> np.ndarray:
            return normal(config.seed, f"{name}/{of}", index=index)

        user, item = features["user_id"], features["item_id"]
        score = _SHARES["user"] ** 0.5 * effect("user", user) + _SHARES["item"] ** 0.5 * effect("item", item)
        for axis in range(_TASTE_DIM):
            match = effect(f"user_taste_{axis}", user) * effect(f"item_taste_{axis}", item)
            score += (_SHARES["taste"] / _TASTE_DIM) ** 0.5 * match
        for place in range(config.num_categorical):
            weight = (_SHARES["category"] / config.num_categorical) ** 0.5
            score += weight * effect(f"category_{place}", features[f"category_{place}"])
        slopes, shifts = (effect(of, np.arange(config.num_numeric, dtype=np.uint64)) for of in ("slope", "shift"))
        for place in range(config.num_numeric):
            value = features[f"number_{place}"].astype(np.float64)
            score += (_SHARES["line"] / config.num_numeric) ** 0.5 * slopes[place] * value
            # A sine's variance is a half.
            score += (2 * _SHARES["wave"] / config.num_numeric) ** 0.5 * np.sin(2 * value + 3 * shifts[place])
        return score

    def _raw_scores(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """`[rows, 3]`: of the click, of the conversion alone, of the spend."""
        return np.stack([self._raw_score(name, features) for name in ("click", "conversion", "spend")], axis=1)

    def _standard_scores(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """`[rows, 3]`, mean 0 and variance 1 over the population, the first two with the declared correlation."""
        independent = (self._raw_scores(features) - self._scale.mean) @ self._scale.whiten.T
        return self._mixed(independent)

    def _mixed(self, independent: np.ndarray) -> np.ndarray:
        click, alone, spend = independent.T
        correlation = self.config.correlation
        return np.stack([click, correlation * click + (1 - correlation**2) ** 0.5 * alone, spend], axis=1)

    def _log_odds(self, row: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of click and of conversion, `[rows]` each, without their shifts."""
        hidden = self.config.selection_bias * normal(self.config.seed, "confounder", index=row)
        return self.config.signal * scores[:, 0] + hidden, self.config.signal * scores[:, 1] + hidden

    def _truth(self, row: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
        click, conversion = self._log_odds(row, scores)
        truth = {
            "true_click": _sigmoid(click + self._scale.click_shift).astype(np.float32),
            "true_conversion": _sigmoid(conversion + self._scale.conversion_shift).astype(np.float32),
        }
        would = uniform(self.config.seed, "converts", index=row) < truth["true_conversion"]
        truth["true_converts"] = would.astype(np.int64)
        truth["true_confounder"] = normal(self.config.seed, "confounder", index=row).astype(np.float32)
        if self.config.mean_spend is not None:
            spend = self._scale.spend_factor * np.exp(SPEND_SIGNAL * scores[:, 2])
            truth["true_spend"] = spend.astype(np.float32)
        return truth

    def _fit(self, config: SimulateConfig) -> _Scale:
        """Standardises scores and finds shifts, on rows that no data set holds, each with a user drawn for it alone."""
        row = np.arange(_PILOT_START, _PILOT_START + _PILOT_ROWS, dtype=np.uint64)
        raw = self._raw_scores(self._features(row, row))
        mean = raw.mean(axis=0)
        whiten = np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False)))
        scores = self._mixed((raw - mean) @ whiten.T)
        click_odds, conversion_odds = self._log_odds(row, scores)
        everywhere = np.ones(_PILOT_ROWS)
        click_shift = _shift_for(click_odds, config.click_rate, weight=everywhere)
        clicked = _sigmoid(click_odds + click_shift)
        conversion_shift = _shift_for(conversion_odds, config.conversion_rate, weight=clicked)
        bought = clicked * _sigmoid(conversion_odds + conversion_shift)
        shape = np.exp(SPEND_SIGNAL * scores[:, 2])
        spend_factor = (config.mean_spend or 0.0) / np.average(shape, weights=bought)
        return _Scale(mean, whiten, click_shift, conversion_shift, float(spend_factor))


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0.0, -log_odds))


def _shift_for(log_odds: np.ndarray, rate: float, *, weight: np.ndarray) -> float:
    """The shift at which probabilities average to `rate`, by bisection."""
    low, high = -100.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        too_high = np.average(_sigmoid(log_odds + middle), weights=weight) > rate
        low, high = (low, middle) if too_high else (middle, high)
    return (low + high) / 2
