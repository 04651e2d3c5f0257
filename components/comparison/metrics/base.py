"""What a compared metric is."""

from __future__ import annotations

import abc
import dataclasses
import math

from components.comparison.cell import Status
from components.comparison.estimate import Estimate
from components.comparison.kinds import Gain, Kind
from components.comparison.view import View

__all__ = ["Compared"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compared(abc.ABC):
    """A metric of one model, and of two the difference.

    Attributes:
        kinds: Outputs that have it.
        gain: Which way it is better.
        low: Its smallest value.
        high: Its largest.
        has_interval: Whether an interval is claimed.
        by_group: Whether it is a mean over users or lists, which `GroupSums` accumulates.
    """

    kinds: frozenset[Kind]
    gain: Gain
    low: float = 0.0
    high: float = math.inf
    has_interval: bool = True
    by_group: bool = False

    @abc.abstractmethod
    def undefined(self, view: View) -> tuple[Status, str] | None:
        """Why the rows give no value; None where they do."""

    @abc.abstractmethod
    def estimate(self, view: View, model: int, other: int | None = None) -> Estimate:
        """The value of `model`, or by how much it exceeds that of `other` on the same rows."""

    @abc.abstractmethod
    def quantities(self) -> tuple[str, ...]:
        """What must be summed for it; see `components.comparison.quantities`."""
