"""The catalogue of heads: what a task can predict."""

from typing import Final

from models.heads.base import MAIN, Head
from models.heads.binary import Binary
from models.heads.lognormal import ZeroInflatedLognormal
from models.heads.multiclass import Multiclass
from models.heads.ordinal import Ordinal
from models.heads.quantile import Quantile
from models.heads.ranking import Ranking
from models.heads.regression import Regression, RegressionLoss

__all__ = [
    "HEADS",
    "MAIN",
    "Binary",
    "Head",
    "HeadConfig",
    "Multiclass",
    "Ordinal",
    "Quantile",
    "Ranking",
    "Regression",
    "RegressionLoss",
    "ZeroInflatedLognormal",
]

HeadConfig = Binary | Multiclass | Regression | ZeroInflatedLognormal | Quantile | Ordinal | Ranking

HEADS: Final[dict[str, type[Head]]] = {
    "binary": Binary,
    "multiclass": Multiclass,
    "regression": Regression,
    "zero_inflated_lognormal": ZeroInflatedLognormal,
    "quantile": Quantile,
    "ordinal": Ordinal,
    "ranking": Ranking,
}
