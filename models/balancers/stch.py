"""The smooth form of the worst loss."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.active_softmax import active_softmax
from models.balancers.base import Balancer, Memory, Seen
from models.balancers.checks import by_loss, name_problems, positive_problems, range_problems
from models.binding import Problem
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["STCH"]

_LARGEST_LOGIT: Final = 1e29


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class STCH(Balancer):
    """Smooth Tchebycheff scalarization: presses on the losses that are furthest from where they should be.

    Follows the gradient of mu log sum_k exp(p_k (L_k - z_k) / mu), with preferences p that sum to 1 and a reference
    point z: the weights are p_k times task k's share of the softmax of p (L - z) / mu. As `mu` falls this becomes the
    gradient of the largest p_k (L_k - z_k) alone; as it grows, the sum weighed by p. Unlike a weighted sum it can reach
    any Pareto point.

    Source: Lin et al., "Smooth Tchebycheff Scalarization for Multi-Objective Optimization", ICML 2024.
    Differs: no warm-up and no estimate of the nadir point; losses of unlike scales are made alike by preferences.
    Cost: nothing a step could show.

    Attributes:
        mu: How smooth; in units of a preference times a loss.
        preferences: By loss, in any unit; 1 where not given. Those of the tasks present are scaled to sum to 1.
        reference: By loss, the value it could reach alone; 0 where not given.
    """

    method: Literal["stch"] = "stch"
    mu: float
    preferences: dict[str, float] = dataclasses.field(default_factory=dict)
    reference: dict[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = positive_problems({"mu": self.mu})
        problems += range_problems("preferences", self.preferences, may_be_zero=False)
        problems += [
            f"`reference` of `{name}` must be finite, got {value!r}."
            for name, value in self.reference.items()
            if not math.isfinite(value)
        ]
        raise_if_any("balancing", problems)

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """Names of no loss."""
        found = name_problems("preferences", self.preferences, losses)
        return found + name_problems("reference", self.reference, losses)

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        del memory
        given = tf.where(seen.active, by_loss(self.preferences, seen.declared, 1.0), 0.0)
        preferences = tf.math.divide_no_nan(given, tf.reduce_sum(given))
        distances = seen.losses - by_loss(self.reference, seen.declared, 0.0)
        logits = tf.clip_by_value(preferences * distances / self.mu, -_LARGEST_LOGIT, _LARGEST_LOGIT)
        return preferences * active_softmax(logits, seen.active)
