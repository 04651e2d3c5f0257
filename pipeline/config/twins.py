"""Whether single-task twins are trained, to tell what sharing does."""

from __future__ import annotations

import dataclasses

from models.architectures.checks import units_problems
from models.errors import raise_if_any

__all__ = ["TwinsConfig"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TwinsConfig:
    """One network an output, of as many parameters outside embedding tables as the model has.

    Attributes:
        every: In which runs on new rows they are trained: 1 in each; the runs between are compared with the last ones.
        expert: Widths of a twin's layers, of which the proportions count; as of the model's experts if not declared.
    """

    every: int
    expert: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        problems = [] if self.expert is None else units_problems("expert", self.expert)
        if self.every < 1:
            why_out = "1 trains them in every run; leave the section out for none"
            problems.append(f"`every` must be positive, got {self.every!r}: {why_out}.")
        raise_if_any("twins", problems)
