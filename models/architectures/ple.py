"""Experts of each task and experts of all, extracted level by level."""

from __future__ import annotations

import dataclasses
from typing import Final, Literal, final

from models.architectures.base import ExpertArchitecture
from models.architectures.checks import size_problems, units_problems
from models.errors import raise_if_any
from models.experts.wiring import Expert, Level, Stream, Wiring

__all__ = ["PLE", "SHARED_STREAM"]

SHARED_STREAM: Final = "all tasks"  # Holds a space, so no task can be called the same.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class PLE(ExpertArchitecture):
    """Progressive layered extraction; with one level it is customized gate control (CGC).

    A task's gate mixes its own experts and the shared ones. Between levels a further stream mixes all experts, and
    the next level's shared experts read it. Gates above the first level read the stream they belong to, not the
    features. The last level has no shared stream: no tower would read it.

    Source: Tang et al., "Progressive Layered Extraction (PLE)", RecSys 2020, Eq. 1 to 7.
    Differs: without shared experts there is no shared stream, since nothing would read it.

    Attributes:
        num_levels: 1 is CGC.
        num_shared: Experts of all tasks, a level.
        num_specific: Experts of each task, a level.
        expert: Widths of an expert's layers.
    """

    name: Literal["ple"] = "ple"
    num_levels: int = 2
    num_shared: int = 2
    num_specific: int = 1
    expert: tuple[int, ...] = (128, 64)

    def __post_init__(self) -> None:
        problems = size_problems("num_levels", self.num_levels, least=1)
        problems += size_problems("num_shared", self.num_shared, least=0)
        problems += size_problems("num_specific", self.num_specific, least=0)
        if self.num_shared == self.num_specific == 0:
            problems.append("`num_shared` and `num_specific` must not both be 0: give the tasks an expert to read.")
        raise_if_any(self.name, problems + units_problems("expert", self.expert))

    def wiring(self, tasks: tuple[str, ...]) -> Wiring:
        """See `ExpertArchitecture`."""
        levels = tuple(self._level(tasks, number) for number in range(self.num_levels))
        return Wiring(levels=levels, outputs=tuple(range(len(tasks))))

    def _level(self, tasks: tuple[str, ...], number: int) -> Level:
        is_first, is_last = number == 0, number == self.num_levels - 1
        shared_reads = 0 if is_first else len(tasks)
        specific = [
            Expert(name=f"{task} {count + 1}", reads=0 if is_first else index)
            for index, task in enumerate(tasks)
            for count in range(self.num_specific)
        ]
        shared = [Expert(name=f"shared {count + 1}", reads=shared_reads) for count in range(self.num_shared)]
        shared_indices = range(len(specific), len(specific) + self.num_shared)
        streams = [
            Stream(
                name=task,
                experts=(*range(index * self.num_specific, (index + 1) * self.num_specific), *shared_indices),
                gate_reads=0 if is_first else index,
            )
            for index, task in enumerate(tasks)
        ]
        if not is_last and self.num_shared:
            streams.append(Stream(SHARED_STREAM, tuple(range(len(specific) + self.num_shared)), shared_reads))
        return Level((*specific, *shared), tuple(streams), self.expert)
