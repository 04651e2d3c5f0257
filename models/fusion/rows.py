"""The scores of rows offline, with the weights of their segments: what a served model answers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.arrays import NUMPY
from models.fusion.config import FusionConfig
from models.fusion.weights import FlatWeights, key_of

__all__ = ["score_rows", "weights_of_rows"]


def score_rows(
    fusion: FusionConfig, formula: str, values: Mapping[str, np.ndarray], *, weights: FlatWeights | None = None
) -> np.ndarray:
    """One formula's score of rows.

    Args:
        fusion: The declaration.
        formula: Its name.
        values: By output, column and the segment's column, `[rows]`: numbers with NaN, texts as bytes with "" where
            they are missing.
        weights: Of all keys; None for those declared.

    Returns:
        `[rows]` float64, finite; more is better.
    """
    declared = fusion.formulas[formula]
    own = weights_of_rows(fusion, formula, values, weights=weights)
    with np.errstate(all="ignore"):
        return np.asarray(declared.score(fusion.prepare(values, NUMPY), own, NUMPY))


def weights_of_rows(
    fusion: FusionConfig, formula: str, values: Mapping[str, np.ndarray], *, weights: FlatWeights | None = None
) -> dict[str, float | np.ndarray]:
    """By weight a number or, where segments differ, `[rows]`; arguments as of `score_rows`."""
    flat = fusion.declared if weights is None else weights
    segments = {key.partition("@")[2] for key in flat if "@" in key}
    own: dict[str, float | np.ndarray] = {
        name: flat[key_of(formula, name)] for name in fusion.formulas[formula].declared
    }
    if fusion.segment is not None:
        column = values[fusion.segment.column]
        for segment in sorted(segments):
            is_in = np.asarray(column == segment.encode(), dtype=bool)
            for name, common in own.items():
                key = key_of(formula, name, segment)
                if key in flat:
                    own[name] = np.where(is_in, flat[key], common)
    return own
