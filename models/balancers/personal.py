"""Weights of its own for each user, from a small network of user features."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal, final

from typing_extensions import override

from models.balancers.base import Memory
from models.balancers.checks import by_loss, name_problems, positive_problems, range_problems
from models.balancers.gram import GramProblem
from models.balancers.segments import SegmentedBalancer, one_id_problems
from models.balancers.solvers import simplex_qp
from models.balancers.zero_gradients import with_gradient
from models.binding import Problem
from models.deferred import tf
from models.inputs import Input
from models.tasks import Loss

__all__ = ["Personal"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Personal(SegmentedBalancer):
    """Weighs each row by a network of its user's features, trained to shorten the combined gradient of segments.

    With w(x) = c + (1 - sum of c) softmax(network(x)), m_s the mean of w over a segment's rows and G_s the segment's
    Gram matrix over its mean diagonal, the network descends on the sum over segments of their share of rows times
    m_s' G_s m_s.

    Source: after Xie et al., "Personalized Approximate Pareto-Efficient Recommendation", WWW 2021 (PAPERec), whose
        reward for a state's weights falls with the norm of the combined gradient.
    Differs: an approximation of another kind. Theirs is a policy trained by reinforcement for a list-wise recommender;
        here the same objective has a gradient, and descends. A single user has no gradient worth the name, so norms are
        of segments: rows of one segment differ in weight only as far as the network generalises, and the Pareto
        condition is sought for segments on average, not for a user. What it converges to is not proved to be
        Pareto-efficient for anyone.
    `segments.minimum_rows` is for what several losses reach beyond the representations: rows have the network's
    weights, however few there are.
    Cost: a network of a few thousand weights on the batch.

    Attributes:
        features: Inputs of one id a row that the network reads.
        bounds: c, by loss; 0 where not given. They sum to less than 1.
        hidden: Width of the hidden layer.
        learning_rate: Of the network's own plain gradient descent.
        seed: Draws its initial weights.
    """

    method: Literal["personal"] = "personal"
    features: tuple[str, ...]
    bounds: dict[str, float] = dataclasses.field(default_factory=dict)
    hidden: int = 16
    learning_rate: float = 0.1
    seed: int = 0

    @override
    def setting_problems(self) -> list[str]:
        """See `GramBalancer`."""
        found = super().setting_problems() + positive_problems({"learning_rate": self.learning_rate})
        found += range_problems("bounds", self.bounds, may_be_zero=True)
        total = sum(self.bounds.values())
        if total >= 1:
            found.append(
                f"`bounds` must sum to less than 1, got {total:g}: lower some, so that there is a choice left."
            )
        if self.segments is None:
            found.append("`segments` must be given, got none: the network is trained by the gradients of segments.")
        if not self.features:
            found.append("`features` must name at least one input, got none: the network reads them.")
        if self.hidden < 1:
            found.append(f"`hidden` must be 1 or more, got {self.hidden!r}.")
        return found

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        return name_problems("bounds", self.bounds, losses)

    @override
    def input_problems(self, inputs: Sequence[Input]) -> list[Problem]:
        own = [
            Problem(("features", place), message)
            for place, name in enumerate(self.features)
            for message in one_id_problems("the network must read inputs of one id a row", name, inputs)
        ]
        return super().input_problems(inputs) + own

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`: of segments, by which what several losses reach beyond the representations is weighed."""
        del memory
        present = with_gradient(problem)
        bounds = tf.cast(by_loss(self.bounds, problem.declared, 0.0), problem.gram.dtype)
        return simplex_qp(problem.gram, tf.where(present, bounds, 0.0), mask=present)
