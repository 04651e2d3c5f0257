"""What every task relation is: how a task that is given another is predicted and trained."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from models.deferred import tf

if TYPE_CHECKING:
    from models.experts.style import Style
    from models.losses.log_probability import LogProbability

__all__ = ["Belief", "Relation", "Rows"]


@dataclasses.dataclass(frozen=True)
class Belief:
    """What a model holds of one binary task.

    Attributes:
        conditional: Given that its parents happened.
        joint: It and all its parents, of an impression.
    """

    conditional: LogProbability
    joint: LogProbability


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rows:
    """A batch as one loss of a relation sees it.

    Attributes:
        labels: `[batch]` float32, 0 or 1; 0 where not known.
        weights: `[batch]`: the sample weight where the label is known and the row in the loss's space, else 0.
        entire_weights: `[batch]`: the sample weight wherever the product's label is known, else 0, times the rows that
            a row stands for where negatives of the task at the top of the line were left out: their sum is over all
            impressions.
        belief: Of the task.
        parent: The parents' joint probability, among the rows as they are.
        propensity: The parents' joint probability, of all impressions.
        logits: Of the task's towers, `[batch]` each, in the order of `Relation.towers`.
    """

    labels: tf.Tensor
    weights: tf.Tensor
    entire_weights: tf.Tensor
    belief: Belief
    parent: LogProbability
    propensity: LogProbability
    logits: Sequence[tf.Tensor]


class Relation(abc.ABC):
    """A frozen declaration, one of the catalogue.

    Attributes:
        name: Its key in the catalogue and in a configuration.
        trains_conditional: Whether there is a loss on the conditional output.
        trains_product: Whether there is one on the product output.
        needs_binary: Whether only a binary task can have it.
        multiplies: Whether the joint probability is the parents' times the conditional; else it is predicted itself.
    """

    name: str
    trains_conditional: ClassVar[bool] = False
    trains_product: ClassVar[bool] = True
    needs_binary: ClassVar[bool] = True
    multiplies: ClassVar[bool] = True

    @property
    def other_parent(self) -> str | None:
        """A further task, of the same parent, whose conditional probability it reads."""
        return None

    def towers(self, task: str) -> tuple[str, ...]:
        """Names of its towers, the task's own first; each ends in one logit."""
        return (task,)

    def believe(self, parent: LogProbability, logits: Sequence[tf.Tensor], other: LogProbability | None) -> Belief:
        """Probabilities from the parents' joint one, the logits of `towers` and the other parent's conditional one.

        Unless a relation says otherwise its tower predicts the conditional, and the joint one is the product.
        """
        from models.losses.log_probability import LogProbability

        del other
        conditional = LogProbability.of_logit(logits[0])
        return Belief(conditional, parent.both(conditional))

    def conditional_terms(self, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
        """`[batch]` weighted losses on the conditional output, and a scalar: what their sum is divided by."""
        return _mean_terms(rows.belief.conditional.cross_entropy(rows.labels), rows)

    def product_terms(self, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
        """The same of the product output."""
        return _mean_terms(rows.belief.joint.cross_entropy(rows.labels), rows)

    def transfer(self, task: str, style: Style) -> tf.keras.layers.Layer | None:
        """A layer from (own hidden `[batch, a]`, parent's hidden `[batch, b]`) to what the task's logit reads."""
        del task, style
        return None


def _mean_terms(row_losses: tf.Tensor, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
    return rows.weights * row_losses, tf.reduce_sum(rows.weights)
