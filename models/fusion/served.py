"""The scores in a served graph, whose weights are read from a file when the model is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, final

import tensorflow as tf

from models.arrays import tensors
from models.fusion.config import SCORE, VERSION, FusionConfig, score_name
from models.fusion.weights import VERSION_KEY, key_of

__all__ = ["ServedFusion"]

_UNKNOWN: Final = math.nan  # No weight is it.


@final
class ServedFusion(tf.Module):
    """Every formula of a declaration, over the served outputs and raw columns of a batch.

    The file is an asset of the SavedModel, so that another one in its place is other weights: no weight is a constant
    of the graph.

    Args:
        fusion: The declaration.
        path: A file that `weights_text` wrote.
    """

    def __init__(self, fusion: FusionConfig, path: str) -> None:
        super().__init__(name="fusion")
        self._fusion = fusion
        lines = tf.lookup.TextFileInitializer(path, tf.string, 0, tf.float64, 1, delimiter="\t")
        self._weights = tf.lookup.StaticHashTable(lines, default_value=_UNKNOWN)
        self._keys = tuple(
            key_of(name, weight) for name, formula in fusion.formulas.items() for weight in formula.declared
        )

    def __call__(self, served: Mapping[str, tf.Tensor], raw: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The scores of a batch.

        Args:
            served: By output, `[batch]`.
            raw: By column, `[batch]`: NaN and "" are missing.

        Returns:
            `score`, a `score/FORMULA` for each, `[batch]` float64, and `fusion_version`, `[batch]` int64.
        """
        arrays, fusion = tensors(), self._fusion
        values = fusion.prepare({**served, **raw}, arrays)
        found = self._weights.lookup(tf.constant([VERSION_KEY, *self._keys]))
        weights = self._by_key(found[1:], raw)
        scores = {
            name: formula.score(values, {weight: weights[key_of(name, weight)] for weight in formula.declared}, arrays)
            for name, formula in fusion.formulas.items()
        }
        version = tf.fill([tf.size(scores[fusion.served])], tf.cast(found[0], tf.int64))
        return {
            SCORE: scores[fusion.served],
            **{score_name(name): score for name, score in scores.items()},
            VERSION: version,
        }

    def _by_key(self, common: tf.Tensor, raw: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """By key a scalar or, where segments may differ, `[batch]`."""
        if self._fusion.segment is None:
            return dict(zip(self._keys, tf.unstack(common, num=len(self._keys)), strict=True))
        met, rows = tf.unique(raw[self._fusion.segment.column])  # Of one user one, however many candidates.
        own = self._weights.lookup(tf.constant([f"{key}@" for key in self._keys])[:, None] + met[None, :])
        of_segments = tf.where(tf.math.is_nan(own), common[:, None], own)  # [keys, segments]
        return dict(zip(self._keys, tf.unstack(tf.gather(of_segments, rows, axis=1), num=len(self._keys)), strict=True))
