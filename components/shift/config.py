"""How far feature values may move before the gate says something."""

from __future__ import annotations

import dataclasses
import enum

from components.example_gen.source import Format
from models.errors import raise_if_any

__all__ = ["Beyond", "DriftConfig", "SkewConfig"]


class Beyond(enum.Enum):
    """What a distance beyond its threshold means for the push."""

    WARN = "warn"
    BLOCK = "block"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DriftConfig:
    """How far columns may have moved since the rows that the served model learned from.

    Distances go from 0 to 1: of strings the infinity norm, which is the largest change of a value's share; of numbers
    the Jensen-Shannon divergence between histograms.

    Attributes:
        default: The largest distance allowed of every column that a feature reads; None for those in `columns` alone.
        columns: The same of single columns.
        beyond: What a larger distance means.
    """

    default: float | None = None
    columns: dict[str, float] = dataclasses.field(default_factory=dict)
    beyond: Beyond = Beyond.WARN

    def __post_init__(self) -> None:
        raise_if_any("thresholds", self._threshold_problems())

    def thresholds(self, read: tuple[str, ...]) -> dict[str, float]:
        """By column; `read` are those that `default` is for."""
        return (dict.fromkeys(read, self.default) if self.default is not None else {}) | self.columns

    def _threshold_problems(self) -> list[str]:
        wanted = "at least 0 and below 1"
        problems = []
        if self.default is None and not self.columns:
            problems.append("`default` must be a distance where `columns` names none: 0.1 is a start.")
        if self.default is not None and not 0 <= self.default < 1:
            problems.append(f"`default` must be {wanted}, got {self.default!r}: no distance is ever above 1.")
        problems += [
            f"`columns` must hold distances {wanted}, got {threshold!r} for {name!r}: leave the column out, or mend it."
            for name, threshold in self.columns.items()
            if not 0 <= threshold < 1
        ]
        return problems


@dataclasses.dataclass(frozen=True, kw_only=True)
class SkewConfig(DriftConfig):
    """How far the rows that are asked about may be from those that are learned from.

    Attributes:
        rows: Files of logged requests: a path or a glob, written like the rows of `data` and with the same columns.
        format: Where they are written in another format than `data`.
        max_rows: So many are read at most, from the last file by name backwards.
    """

    rows: str
    format: Format | None = None
    max_rows: int = 100_000

    def __post_init__(self) -> None:
        problems = self._threshold_problems()
        if not self.rows:
            problems.append("`rows` must be a path or a glob, got ''.")
        if self.max_rows < 1:
            problems.append(f"`max_rows` must be positive, got {self.max_rows!r}.")
        raise_if_any("skew", problems)
