"""Weights that make all weighted losses alike."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal, final

from typing_extensions import override

from models.balancers.learned_scale import LearnedScale
from models.tasks import Loss

__all__ = ["IMTLL"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class IMTLL(LearnedScale):
    """Learns a scale a task so that every scaled loss is 1, whatever its kind: the loss form of impartial learning.

    What is minimised over s is e^s L - s; it comes to rest at a weight e^s of 1 / L, twice that of `Uncertainty`.

    Source: Liu et al., "Towards Impartial Multi-Task Learning", ICLR 2021, the loss balance (IMTL-L).
    Differs: s is learned by gradient descent with a rate of its own, by steps of 1 at most, not by the model's
        optimizer; `cap` and `floor` are new.
    Cost: nothing a step could show.

    Attributes:
        learning_rate: Of s.
        cap: The largest weight; None for no limit. Sparse binary losses need one.
        floor: The least loss that is believed.
    """

    target: ClassVar[float] = 1.0

    method: Literal["imtl_l"] = "imtl_l"

    @override
    def first_weight(self, loss: Loss) -> float:
        """1: s is 0 at first."""
        del loss
        return 1.0
