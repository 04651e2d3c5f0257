"""Conversion rates of all impressions, learnt from clicks weighted by how likely the click was."""

from __future__ import annotations

import abc
import dataclasses
import enum
import math
from typing import ClassVar, Final, Literal, final

from models.deferred import tf
from models.errors import raise_if_any
from models.relations.base import Relation, Rows

__all__ = ["ESCM2DR", "ESCM2IPW", "Imputation"]

MIN_PROPENSITY: Final = 0.01  # No click weighs over 100.


class _EntireSpace(Relation):
    """What both estimators share: a loss on the conditional, and one on the product."""

    trains_conditional: ClassVar[bool] = True
    min_propensity: float
    counterfactual_weight: float
    global_weight: float

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.min_propensity <= 1:
            problems.append(f"`min_propensity` must be above 0 and at most 1, got {self.min_propensity!r}.")
        weights = {"counterfactual_weight": self.counterfactual_weight, "global_weight": self.global_weight}
        wrong = {name: weight for name, weight in weights.items() if not 0 <= weight < math.inf}
        problems += [f"`{name}` must be 0 or positive, got {weight!r}." for name, weight in wrong.items()]
        raise_if_any(self.name, problems)

    def product_terms(self, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Relation`."""
        row_losses, count = super().product_terms(rows)
        return self.global_weight * row_losses, count

    def conditional_terms(self, rows: Rows) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Relation`."""
        return self.counterfactual_weight * self._risk(rows), tf.reduce_sum(rows.entire_weights)

    @abc.abstractmethod
    def _risk(self, rows: Rows) -> tf.Tensor:
        """`[batch]`, whose sum estimates the sum over all impressions of the conditional's errors."""

    def _inverse_propensity(self, rows: Rows) -> tf.Tensor:
        """`[batch]`, without a gradient: the click model is trained by clicks, not by what suits conversions."""
        return 1.0 / tf.maximum(tf.stop_gradient(rows.propensity.probability), self.min_propensity)


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class ESCM2IPW(_EntireSpace):
    """Inverse propensity weighting: the mean over impressions of o e / p.

    o says whether the parents happened, p is their predicted probability, not below `min_propensity`, and e the
    cross-entropy of the conditional. A second loss is on the product, as in ESMM ("global risk").

    Source: Wang et al., "ESCM2: Entire Space Counterfactual Multi-Task Model for Post-Click Conversion Rate
    Estimation", SIGIR 2022, "IPS".

    Differs: a click whose conversion is not known yet is left out of both sums, so where many wait for their label the
    risk comes out too small; the weights of the two losses are 1 unless declared.

    Attributes:
        min_propensity: Where the prediction is lower, this is taken, and weights grow no more: where all predictions
            are lower, this is the plain loss on clicks. 1 weighs nothing.
        counterfactual_weight: Factor of the loss on the conditional.
        global_weight: Factor of the loss on the product.
    """

    name: Literal["escm2_ipw"] = "escm2_ipw"
    min_propensity: float = MIN_PROPENSITY
    counterfactual_weight: float = 1.0
    global_weight: float = 1.0

    def _risk(self, rows: Rows) -> tf.Tensor:
        errors = rows.belief.conditional.cross_entropy(rows.labels)
        return rows.weights * self._inverse_propensity(rows) * errors


class Imputation(enum.Enum):
    """What the imputation tower predicts.

    `ERROR`: the error itself, as in the paper. It does not depend on the prediction, so the conversion tower's own
        layers learn what inverse propensity weighting teaches them, and only shared layers see a difference.
    `LABEL`: the label, from which and the prediction the error follows, so that every impression trains the
        conversion tower. Source: Wang et al., "Doubly Robust Joint Learning for Recommendation on Data Missing Not at
        Random", ICML 2019.
    """

    ERROR = "error"
    LABEL = "label"


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class ESCM2DR(_EntireSpace):
    """Doubly robust: the mean over impressions of i + o (e - i) / p, unbiased if either i or p is right.

    i, the error imputed where o is 0, comes of a tower of its own, trained by the mean over impressions of
    o (e - i)^2 / p. A second loss is on the product, as in ESMM ("global risk").

    Source: Wang et al., "ESCM2: Entire Space Counterfactual Multi-Task Model for Post-Click Conversion Rate
    Estimation", SIGIR 2022, "DR".
    Differs: the tower imputes the label unless `imputes` says `error`. Each tower learns of one sum alone: e is fixed
    where i is fitted to it, and the imputation is fixed in the robust sum, whose slope in i, 1 - o / p, is 0 only on
    average and not even that where p is clipped: i would sink to 0. As to clicks without a known conversion, and the
    weights of the two losses, see `ESCM2IPW`.

    Attributes:
        min_propensity: Where the prediction is lower, this is taken; 1 weighs nothing.
        imputes: What the imputation tower predicts.
        counterfactual_weight: Factor of the loss on the conditional.
        global_weight: Factor of the loss on the product.
    """

    name: Literal["escm2_dr"] = "escm2_dr"
    min_propensity: float = MIN_PROPENSITY
    imputes: Imputation = Imputation.LABEL
    counterfactual_weight: float = 1.0
    global_weight: float = 1.0

    def towers(self, task: str) -> tuple[str, ...]:
        """See `Relation`."""
        return task, f"{task} imputed"

    def _risk(self, rows: Rows) -> tf.Tensor:
        predicted = rows.belief.conditional
        errors = predicted.cross_entropy(rows.labels)
        if self.imputes is Imputation.ERROR:
            fitted = tf.nn.softplus(rows.logits[1])
            imputed = tf.stop_gradient(fitted)
        else:
            label = tf.math.sigmoid(rows.logits[1])
            imputed = predicted.cross_entropy(tf.stop_gradient(label))
            fitted = predicted.fixed().cross_entropy(label)
        happened = rows.weights * self._inverse_propensity(rows)
        robust = rows.entire_weights * imputed + happened * (errors - imputed)
        return robust + happened * tf.square(tf.stop_gradient(errors) - fitted)
