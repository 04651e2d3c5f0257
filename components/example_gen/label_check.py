"""How much contradiction among labels is let through."""

from __future__ import annotations

import dataclasses

from models.errors import raise_if_any

__all__ = ["LabelCheck"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelCheck:
    """How much of the labels may contradict the declared funnel.

    Attributes:
        max_share: Largest allowed share of a task's positive rows whose parent task is known to be negative, such as
            conversions without a click; more stops the run, less is counted in the report.
    """

    max_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.max_share <= 1:
            raise_if_any("label_check", [f"`max_share` must be between 0 and 1, got {self.max_share!r}."])
