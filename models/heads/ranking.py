"""The place of a row among those it is shown with."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.heads.base import MAIN, Head
from models.ranking import LambdaLoss, RankingLossConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Ranking"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranking(Head):
    """A score whose order matters inside a list alone: no probability, and nothing across lists.

    Labels are 0 or more: the higher, the further up a row belongs.

    Attributes:
        list: The raw column whose values tell lists apart, such as a session's; a row without one is in no list.
        loss: What puts lists in order; one of the catalogue.
    """

    name: Literal["ranking"] = "ranking"
    list: str
    loss: RankingLossConfig = dataclasses.field(default_factory=LambdaLoss)
    metrics: ClassVar[tuple[str, ...]] = ("ndcg",)

    def __post_init__(self) -> None:
        raise_if_any(self.name, [] if self.list else ["`list` must be a column's name, got ''."])

    @property
    def list_column(self) -> str | None:
        """See `Head`."""
        return self.list

    @property
    def label_range(self) -> tuple[float, float]:
        """See `Head`."""
        return 0.0, self.loss.largest_label

    @property
    def label_rule(self) -> tuple[str, str]:
        """See `Head`."""
        high = self.loss.largest_label
        if math.isinf(high):
            return "at least 0", "Correct the label: 0 is the least relevant."
        return f"from 0 to {high:g} for gains of 2^label", "Scale the label down, or take `gain: linear`."

    def row_losses(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """See `Head`; of all rows as one list."""
        return self.loss(logits, labels, lists=tf.zeros_like(labels, tf.int64)).losses

    def weighted_losses(
        self, labels: tf.Tensor, logits: tf.Tensor, *, weights: tf.Tensor, lists: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Head`."""
        if lists is None:
            raise ValueError("`lists` must tell the list of each row of a ranking task, got None.")
        return self.loss(logits, labels, lists=lists, weights=weights)

    def serve(self, logits: tf.Tensor) -> dict[str, tf.Tensor]:
        """See `Head`."""
        return {MAIN: tf.identity(logits)}

    def streaming(self, output: str) -> Sequence[tf.keras.metrics.Metric]:
        """None: what is read row by row says nothing of an order; the loss does, and NDCG is for the Evaluator."""
        del output
        return ()
