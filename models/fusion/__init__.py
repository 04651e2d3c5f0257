"""Fusion: from the predictions of a row to one score, by declared formulas whose weights can change."""

from models.fusion.affine_power import AffinePower
from models.fusion.base import Formula
from models.fusion.columns import FusionColumn
from models.fusion.config import (
    FORMULAS,
    SCORE,
    VERSION,
    FormulaConfig,
    FusionConfig,
    Segment,
    WeightsFrom,
    score_name,
)
from models.fusion.expression import ExpressionFormula
from models.fusion.power_product import PowerProduct
from models.fusion.rows import score_rows
from models.fusion.weighted_sum import WeightedSum
from models.fusion.weights import FlatWeights, parse_weights, version_of, weights_text

__all__ = [
    "FORMULAS",
    "SCORE",
    "VERSION",
    "AffinePower",
    "ExpressionFormula",
    "FlatWeights",
    "Formula",
    "FormulaConfig",
    "FusionColumn",
    "FusionConfig",
    "PowerProduct",
    "Segment",
    "WeightedSum",
    "WeightsFrom",
    "parse_weights",
    "score_name",
    "score_rows",
    "version_of",
    "weights_text",
]
