"""Scores of any size as numbers between 0 and 1 in the same order, as measures of order take them."""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["between_0_and_1"]

_HALF: Final = 16.0  # Logarithms of the scores within this of 0 take half of the room on either side of it.
_LIMIT: Final = 8.0


def between_0_and_1(scores: np.ndarray) -> np.ndarray:
    """`[...]` above 0 and below 1, rising with `scores`, which may be any numbers; NaN stays.

    Their log-odds are spread over (-16, 16), negative scores over the lower half: AUC, GAUC and NDCG are what they are
    of the scores themselves, by the sums that are made for probabilities.
    """
    given = np.asarray(scores, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.clip(np.log(np.abs(given)), -1e4, 1e4)
    log_odds = np.sign(given) * _LIMIT * (1.0 + size / (_HALF + np.abs(size)))
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
