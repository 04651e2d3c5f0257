"""The catalogue of ranking losses: what puts the rows of a list in order."""

from typing import Final

from models.ranking.base import Ranked, RankingLoss
from models.ranking.hinge import Hinge
from models.ranking.lambda_loss import Gain, LambdaLoss
from models.ranking.list_mle import ListMLE
from models.ranking.pairwise import BPR, Gap
from models.ranking.softmax import Softmax

__all__ = [
    "BPR",
    "RANKING_LOSSES",
    "Gain",
    "Gap",
    "Hinge",
    "LambdaLoss",
    "ListMLE",
    "Ranked",
    "RankingLoss",
    "RankingLossConfig",
    "Softmax",
]

RankingLossConfig = BPR | Hinge | Softmax | ListMLE | LambdaLoss

RANKING_LOSSES: Final[dict[str, type[RankingLoss]]] = {
    "bpr": BPR,
    "hinge": Hinge,
    "softmax": Softmax,
    "list_mle": ListMLE,
    "lambda_loss": LambdaLoss,
}
