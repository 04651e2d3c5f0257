"""What trees minimise, by what a task predicts."""

from __future__ import annotations

import dataclasses
import enum

import numpy as np

from models.heads import Binary, HeadConfig, Multiclass, Quantile, Regression, RegressionLoss

__all__ = ["LAMBDAMART", "Link", "Objective", "objective_of"]


class Link(enum.Enum):
    """What lies between the trees' sum and what is answered.

    `NONE`: nothing. `LOG1P`: the trees predict log(1 + label). `SIGMOID`: of a sum that is no log-odds, so that it can
    be read where probabilities are read; it keeps the order.
    """

    NONE = "none"
    LOG1P = "log1p"
    SIGMOID = "sigmoid"


@dataclasses.dataclass(frozen=True)
class Objective:
    """One of LightGBM's.

    Attributes:
        name: LightGBM's name.
        metric: LightGBM's name of what stops it early.
        alpha: Of `huber` where it turns, of `quantile` which.
        link: See `Link`.
    """

    name: str
    metric: str
    alpha: float | None = None
    link: Link = Link.NONE

    @property
    def is_ranking(self) -> bool:
        """Whether it compares rows of one list."""
        return self.name == LAMBDAMART.name

    def targets(self, labels: np.ndarray) -> np.ndarray:
        """`[rows]`, what the trees are to predict."""
        return np.log1p(labels) if self.link is Link.LOG1P else labels

    def answers(self, predicted: np.ndarray) -> np.ndarray:
        """`[rows]`, from what LightGBM predicts."""
        if self.link is Link.LOG1P:
            return np.expm1(predicted)
        return 1 / (1 + np.exp(-predicted)) if self.link is Link.SIGMOID else predicted


LAMBDAMART = Objective("lambdarank", "ndcg", link=Link.SIGMOID)

_SQUARED = Objective("regression", "l2")


def objective_of(head: HeadConfig) -> Objective | None:
    """What boosting minimises in place of the head's own loss; None of several classes."""
    match head:
        case Binary():
            return Objective("binary", "binary_logloss")
        case Multiclass():
            return None
        case Regression(loss=RegressionLoss.ABSOLUTE):
            return Objective("regression_l1", "l1")
        case Regression(loss=RegressionLoss.HUBER):
            return Objective("huber", "huber", alpha=head.delta)
        case Regression(loss=RegressionLoss.LOG1P):
            return dataclasses.replace(_SQUARED, link=Link.LOG1P)
        case Quantile():
            return Objective("quantile", "quantile", alpha=head.levels[(head.width - 1) // 2])
        case _:
            return _SQUARED
