"""What the gate must know of each metric: which way is better, from where, and how far it can go."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Final

from models.heads import HeadConfig

__all__ = ["SCALES", "SCORE_METRICS", "Metric", "Scale", "loss_metric", "main_metric", "metrics_of"]


class Metric(enum.Enum):
    """A metric by name; which of them judge an output, `metrics_of` its head says."""

    AUC = "auc"
    GAUC = "gauc"
    LOG_LOSS = "log_loss"
    NORMALISED_ENTROPY = "normalised_entropy"
    CALIBRATION = "calibration"  # Predicted over observed; its inverse is known as COPC.
    CALIBRATION_ERROR = "calibration_error"
    MSE = "mse"
    MAE = "mae"
    NDCG = "ndcg"
    ACCURACY = "accuracy"


@dataclasses.dataclass(frozen=True)
class Scale:
    """How a metric's values are read.

    Attributes:
        sign: 1 where more is better, -1 where less is, 0 where 1 is best: then no difference is a gain.
        worthless: What relative margins and gains are counted from: 0.5 for areas under a curve, which a coin reaches.
        highest: Largest value there can be; the smallest is 0 for all.
        useless: Of a loss, what one has that predicts the same for every row at worst; infinite where units decide.
        has_interval: Whether its uncertainty can be told, so that a difference can be judged.
    """

    sign: int
    worthless: float = 0.0
    highest: float = math.inf
    useless: float = math.inf
    has_interval: bool = True

    @property
    def widest(self) -> float:
        """A loss of so much leaves nothing of a model: a margin must be less."""
        return self.useless if self.sign < 0 else self.highest - self.worthless

    @property
    def is_ranked(self) -> bool:
        """Whether a difference between two models can be judged."""
        return self.sign != 0 and self.has_interval


SCALES: Final[dict[Metric, Scale]] = {
    Metric.AUC: Scale(1, worthless=0.5, highest=1.0),
    Metric.GAUC: Scale(1, worthless=0.5, highest=1.0),
    Metric.LOG_LOSS: Scale(-1, useless=math.log(2)),
    Metric.NORMALISED_ENTROPY: Scale(-1, useless=1.0),
    Metric.CALIBRATION: Scale(0),
    Metric.CALIBRATION_ERROR: Scale(-1, highest=1.0, has_interval=False),
    Metric.MSE: Scale(-1),
    Metric.MAE: Scale(-1),
    Metric.NDCG: Scale(1, highest=1.0),
    Metric.ACCURACY: Scale(1, highest=1.0),
}

SCORE_METRICS: Final = (Metric.AUC, Metric.GAUC, Metric.NDCG)  # Of a fused score, which is no probability.

_OF_PROBABILITIES: Final = (Metric.GAUC, Metric.NORMALISED_ENTROPY, Metric.CALIBRATION_ERROR, Metric.NDCG)
_LOSSES: Final = (Metric.LOG_LOSS, Metric.MSE, Metric.MAE)


def metrics_of(head: HeadConfig) -> tuple[Metric, ...]:
    """The metrics that judge an output of `head`, the usual ones first."""
    usual = tuple(Metric(name) for name in head.metrics)
    if head.is_binary:
        return (*usual, *_OF_PROBABILITIES)
    return (*usual, Metric.NDCG) if Metric.MSE in usual else usual


def main_metric(head: HeadConfig) -> Metric:
    """By which an output of `head` is said to be up or down."""
    return metrics_of(head)[0]


def loss_metric(head: HeadConfig) -> Metric:
    """The loss per row of an output of `head`, as far as it is a metric."""
    return next(metric for metric in _LOSSES if metric in metrics_of(head))
