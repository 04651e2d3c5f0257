"""Experts for all tasks, mixed by a gate for each."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.architectures.base import ExpertArchitecture
from models.architectures.checks import size_problems, units_problems
from models.errors import raise_if_any
from models.experts.wiring import Expert, Level, Stream, Wiring

__all__ = ["MMoE"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class MMoE(ExpertArchitecture):
    """Multi-gate mixture of experts: task k reads the sum over i of softmax(W_k x)_i f_i(x).

    Source: Ma et al., "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts",
    KDD 2018, Eq. 6 and 7.

    Attributes:
        num_experts: Shared by all tasks; with 1 it is the shared bottom.
        expert: Widths of an expert's layers.
    """

    name: Literal["mmoe"] = "mmoe"
    num_experts: int = 4
    expert: tuple[int, ...] = (128, 64)

    def __post_init__(self) -> None:
        problems = size_problems("num_experts", self.num_experts, least=1)
        raise_if_any(self.name, problems + units_problems("expert", self.expert))

    def wiring(self, tasks: tuple[str, ...]) -> Wiring:
        """See `ExpertArchitecture`."""
        numbers = range(self.num_experts)
        experts = tuple(Expert(name=f"shared {number + 1}", reads=0) for number in numbers)
        streams = tuple(Stream(name=task, experts=tuple(numbers), gate_reads=0) for task in tasks)
        return Wiring(levels=(Level(experts, streams, self.expert),), outputs=tuple(range(len(tasks))))
