"""Weights from the uncertainty of each task."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal, final

from typing_extensions import override

from models.balancers.learned_scale import LearnedScale
from models.heads import Quantile, Regression
from models.tasks import Loss

__all__ = ["Uncertainty"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Uncertainty(LearnedScale):
    """Learns a variance a task: a loss counts by one over it, and large variances cost their logarithm.

    With s = log sigma^2, 0 at first, what is minimised over s is e^-s L + s / 2 where L is a negative log-likelihood,
    and (e^-s L + s) / 2 where it is an error: of `regression` and `quantile`. Both come to rest at a weight of
    1 / (2 L), whatever the task, so that each task's gradient is that of log L / 2.

    Source: Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and
        Semantics", CVPR 2018.
    Differs: s is learned by gradient descent with a rate of its own, by steps of 1 at most, not by the model's
        optimizer; `cap` and `floor` are new. s is no part of the reported loss, which could fall below 0.
    Cost: nothing a step could show.

    Attributes:
        learning_rate: Of s.
        cap: The largest weight; None for no limit. Sparse binary losses need one.
        floor: The least loss that is believed.
    """

    target: ClassVar[float] = 0.5

    method: Literal["uncertainty"] = "uncertainty"

    @override
    def first_weight(self, loss: Loss) -> float:
        """1 of a negative log-likelihood, 1/2 of an error."""
        return 0.5 if isinstance(loss.kind, (Regression, Quantile)) else 1.0
