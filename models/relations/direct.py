"""What relations share whose tower predicts the child over all impressions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from models.deferred import tf
from models.errors import raise_if_any
from models.relations.base import Belief, Relation, Rows

if TYPE_CHECKING:
    from models.losses.log_probability import LogProbability

__all__ = ["Calibrated", "Direct"]


class Direct(Relation):
    """The tower predicts the joint probability; the conditional is served as the quotient by the parent, at most 1."""

    multiplies: ClassVar[bool] = False

    def believe(self, parent: LogProbability, logits: Sequence[tf.Tensor], other: LogProbability | None) -> Belief:
        """See `Relation`."""
        from models.losses.log_probability import LogProbability

        del other
        joint = LogProbability.of_logit(logits[0])
        return Belief(joint.given(parent), joint)


class Calibrated(Direct):
    """With `penalty` times the mean of max(p(child) - p(parent), 0) added to the loss.

    Source: the calibrator of Xi et al., "Modeling the Sequential Dependence among Audience Multi-step Conversions with
    Multi-task Learning in Targeted Display Advertising" (AITM), KDD 2021, Eq. 12 and 13.
    Differs: the mean, which does not grow with the batch, is over rows whose label is known.
    """

    penalty: float

    def __post_init__(self) -> None:
        if not 0 <= self.penalty < math.inf:
            raise_if_any(self.name, [f"`penalty` must be 0 or positive, got {self.penalty!r}."])

    def product_terms(self, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Relation`."""
        row_losses, count = super().product_terms(rows)
        excess = tf.nn.relu(rows.belief.joint.probability - rows.parent.probability)
        return row_losses + self.penalty * rows.weights * excess, count
