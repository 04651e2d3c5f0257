"""A network of its own for each task."""

from __future__ import annotations

import dataclasses
from typing import Literal, final

from models.architectures.base import ExpertArchitecture
from models.architectures.checks import units_problems
from models.errors import raise_if_any
from models.experts.wiring import Expert, Level, Stream, Wiring

__all__ = ["SingleTask"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class SingleTask(ExpertArchitecture):
    """One expert a task, read by that task alone; only the embedding tables and the interaction are shared.

    Attributes:
        expert: Widths of an expert's layers.
    """

    name: Literal["single_task"] = "single_task"
    expert: tuple[int, ...] = (128, 64)

    def __post_init__(self) -> None:
        raise_if_any(self.name, units_problems("expert", self.expert))

    def wiring(self, tasks: tuple[str, ...]) -> Wiring:
        """See `ExpertArchitecture`."""
        experts = tuple(Expert(name=f"{task} 1", reads=0) for task in tasks)
        streams = tuple(Stream(name=task, experts=(index,), gate_reads=0) for index, task in enumerate(tasks))
        return Wiring(levels=(Level(experts, streams, self.expert),), outputs=tuple(range(len(tasks))))
