"""Weights that segments have of their own, among the weights of all keys."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.fusion import FlatWeights
from models.fusion.weights import key_of

__all__ = ["own_weights", "segments_with_own", "with_weights"]


def own_weights(formula: str, segments: np.ndarray, weights: FlatWeights) -> dict[str, np.ndarray]:
    """By weight, `[rows]` what the row's segment has of its own; NaN where that is nothing.

    Args:
        formula: Whose.
        segments: `[rows]` values of the segment's column as bytes.
        weights: Of all keys.
    """
    found: dict[str, np.ndarray] = {}
    for key, value in weights.items():
        common, at, segment = key.partition("@")
        owner, _, weight = common.partition(".")
        if at and owner == formula:
            column = found.setdefault(weight, np.full(len(segments), np.nan))
            column[np.asarray(segments == segment.encode(), bool)] = value
    return found


def segments_with_own(formula: str, weights: FlatWeights) -> tuple[str, ...]:
    """The segments that have weights of a formula of their own."""
    keys = (key.partition("@") for key in weights if key.partition(".")[0] == formula)
    return tuple(dict.fromkeys(segment for _, at, segment in keys if at))


def with_weights(
    formula: str, weights: FlatWeights, common: Mapping[str, float], own: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """All keys, one formula's common weights and those of some segments being others.

    Args:
        formula: Whose.
        weights: Of all keys.
        common: By weight.
        own: By segment, all that it has of its own; empty leaves it the common ones.
    """
    kept = {
        key: value
        for key, value in weights.items()
        if key.partition(".")[0] != formula or ("@" in key and key.partition("@")[2] not in own)
    }
    kept |= {key_of(formula, name): value for name, value in common.items()}
    for segment, given in own.items():
        kept |= {key_of(formula, name, segment): value for name, value in given.items()}
    return kept
