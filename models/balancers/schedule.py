"""Weights that follow a declared course."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Balancer, Memory, Seen
from models.balancers.checks import by_loss, name_problems, range_problems
from models.binding import Problem
from models.deferred import tf
from models.errors import raise_if_any
from models.tasks import Loss

__all__ = ["Schedule"]

_LARGEST_LOG: Final = 80.0  # exp of it is still a float32.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Schedule(Balancer):
    """Weighs each loss by initial * ratio^t, where t counts periods.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 10.
    Differs: a period is a number of steps, not an epoch, and no weight exceeds e^80.
    Cost: nothing a step could show.

    Attributes:
        period: Steps between two changes.
        initial: By loss, its first weight, which multiplies its task's `loss_weight`; 1 where not given.
        ratio: By loss, what each period multiplies its weight by; 1 where not given.
    """

    method: Literal["schedule"] = "schedule"
    period: int
    initial: dict[str, float] = dataclasses.field(default_factory=dict)
    ratio: dict[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [] if self.period >= 1 else [f"`period` must be 1 step or more, got {self.period!r}."]
        problems += range_problems("initial", self.initial, may_be_zero=True)
        problems += range_problems("ratio", self.ratio, may_be_zero=False)
        raise_if_any("balancing", problems)

    @property
    @override
    def least_steps(self) -> int:
        """Two periods: in the first all weights are `initial`."""
        return 2 * self.period

    @override
    def problems(self, losses: Sequence[Loss]) -> list[Problem]:
        """Names of no loss."""
        return name_problems("initial", self.initial, losses) + name_problems("ratio", self.ratio, losses)

    @override
    def warnings(self, losses: Sequence[Loss]) -> list[str]:
        """A schedule in which nothing ever changes."""
        del losses
        if all(ratio == 1 for ratio in self.ratio.values()):
            return ["`ratio` is 1 of every loss, so no weight ever changes: give one, or take `static`."]
        return []

    @override
    def weigh(self, seen: Seen, memory: Memory) -> tf.Tensor:
        """See `Balancer`."""
        del memory
        periods = tf.cast(seen.step // self.period, tf.float32)
        log_ratios = by_loss({name: math.log(ratio) for name, ratio in self.ratio.items()}, seen.declared, 0.0)
        # log 0 is minus infinity, which stays 0 for ever.
        logs = tf.math.log(by_loss(self.initial, seen.declared, 1.0)) + periods * log_ratios
        return tf.exp(tf.minimum(logs, _LARGEST_LOG))
