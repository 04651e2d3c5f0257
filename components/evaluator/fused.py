"""Fused scores of twins: made of their own heads by the formulas and weights of the candidate."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, final

import numpy as np
import tensorflow_model_analysis as tfma

from components.evaluator.models import OpenModel
from components.evaluator.plan import EvaluatorPlan
from components.evaluator.raw_columns import raw_columns, raw_values
from models.fusion import SCORE, FlatWeights, score_name, score_rows

__all__ = ["FusedTwin"]

_Extracts = Mapping[str, Any]  # TFMA's: nested dicts of arrays.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class FusedTwin:
    """Gives a model the scores of another's formulas, whether it serves scores of its own or not.

    Twins may have been trained under other formulas or weights, which are no part of what sharing does.

    Attributes:
        plan: Whose fusion has a label.
        weights: That the candidate serves with.
    """

    plan: EvaluatorPlan
    weights: FlatWeights

    def of(self, model: OpenModel) -> OpenModel:
        """The model, with the outputs that it gets; the same where it lacks a head that they read."""
        fusion = self.plan.fusion
        if fusion is None or not set(fusion.heads) <= set(model.widths):
            return model
        return dataclasses.replace(model, widths=model.widths | dict.fromkeys(fusion.judged, 0))

    def scored(self, extracts: _Extracts, model: str) -> dict[str, Any]:
        """A batch with the scores of `model`; NaN where one of its heads is."""
        fusion = self.plan.fusion
        predictions = extracts[tfma.PREDICTIONS_KEY]
        if fusion is None or not set(fusion.heads) <= set(predictions[model]):
            return dict(extracts)
        values = {name: np.asarray(predictions[model][name], np.float32).reshape(-1) for name in fusion.heads}
        is_finite = np.isfinite(np.stack([*values.values()])).all(axis=0) if values else True
        num_rows = len(extracts[tfma.INPUT_KEY])
        values |= raw_values(extracts[tfma.FEATURES_KEY], raw_columns(fusion), num_rows)
        scores = {
            output: np.where(is_finite, score_rows(fusion, formula, values, weights=self.weights), np.nan)
            for output, formula in {score_name(name): name for name in fusion.formulas}.items()
        }
        scores[SCORE] = scores[score_name(fusion.served)]
        return {**extracts, tfma.PREDICTIONS_KEY: {**predictions, model: {**predictions[model], **scores}}}
