"""Scores on a fixed grid of log-odds, the same for every worker, so that counts can be added."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import expit

__all__ = ["BINS", "bin_centres", "bin_edges", "on_grid", "split"]

LIMIT: Final = 16.0  # Probabilities beyond 1e-7 and 1 - 1e-7 are all in the first bin, or in the last.
BINS: Final = 2**15  # A bin is 0.001 wide.
_STEPS: Final = 2**31
_STEPS_OF_A_BIN: Final = _STEPS // BINS


def on_grid(probabilities: np.ndarray) -> np.ndarray:
    """Places `[...]` as whole numbers below 2^31, bins rising with it; log-odds 1.5e-8 apart may tie."""
    with np.errstate(divide="ignore"):
        log_odds = np.log(probabilities) - np.log1p(-probabilities)
    places = (np.clip(log_odds, -LIMIT, LIMIT) + LIMIT) * (_STEPS / (2 * LIMIT))
    places = np.minimum(places.astype(np.int64), _STEPS - 1)
    beyond = np.abs(log_odds) > LIMIT
    if beyond.any():
        # Unlike scores get unlike places in their bin, so that it is not taken for one of ties.
        inside = (LIMIT / np.abs(log_odds[beyond]) * (_STEPS_OF_A_BIN - 1)).astype(np.int64)
        places[beyond] = np.where(log_odds[beyond] < 0, inside, _STEPS - 1 - inside)
    return places


def split(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bins, and where inside them."""
    return places // _STEPS_OF_A_BIN, places % _STEPS_OF_A_BIN


def bin_centres() -> np.ndarray:
    """`[BINS]` probabilities."""
    return expit((np.arange(BINS) + 0.5) * (2 * LIMIT / BINS) - LIMIT)


def bin_edges() -> np.ndarray:
    """`[BINS + 1]` probabilities."""
    return expit(np.arange(BINS + 1) * (2 * LIMIT / BINS) - LIMIT)
