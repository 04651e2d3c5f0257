"""A gate over AUCs and the rows it would see."""

from __future__ import annotations

import dataclasses

from models.errors import raise_if_any

__all__ = ["PowerConfig"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PowerConfig:
    """What is known before: rows, rates, how alike two models score, and what is asked.

    Attributes:
        rows: Evaluation rows with a known label, of each task.
        base_rates: Share of positives, one a task.
        margin: By how much the AUC may be worse.
        correlation: Of the two models' scores among rows of one class; a retrain on the next day has over 0.9.
        auc: Of the model that serves.
        cluster_size: Rows of one user.
        within: Correlation of one model's scores between rows of one class and user.
        worse: By how many margins the worse model is worse.
        confidence: Of the gate, one-sided.
    """

    rows: int
    base_rates: tuple[float, ...]
    margin: float
    correlation: float = 0.9
    auc: float = 0.75
    cluster_size: int = 1
    within: float = 0.2
    worse: float = 2.0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        problems = []
        if self.rows < 1:
            problems.append(f"`rows` must be positive, got {self.rows!r}.")
        if not self.base_rates:
            problems.append("`base_rates` must name one rate a task, got none.")
        ranges = {"correlation": (-1.0, 1.0), "auc": (0.5, 1.0), "confidence": (0.5, 1.0)}
        for field, (low, high) in ranges.items():
            if not low < getattr(self, field) < high:
                problems.append(f"`{field}` must be above {low:g} and below {high:g}, got {getattr(self, field)!r}.")
        problems += [
            f"`base_rates` must be above 0 and below 1, got {rate!r}." for rate in self.base_rates if not 0 < rate < 1
        ]
        if not 0 <= self.within < 1:
            problems.append(f"`within` must be at least 0 and below 1, got {self.within!r}.")
        if not 1 <= self.cluster_size <= max(self.rows, 1):
            problems.append(f"`cluster_size` must be between 1 and the rows, got {self.cluster_size!r}.")
        if self.margin <= 0 or self.worse <= 0:
            problems.append(f"`margin` and `worse` must be positive, got {self.margin!r} and {self.worse!r}.")
        elif self.auc - self.worse * self.margin <= 0.5:
            problems.append(
                f"`margin` must leave the worse model an AUC above 0.5, got {self.auc - self.worse * self.margin:g}."
            )
        raise_if_any("gate simulate", problems)

    @property
    def worse_auc(self) -> float:
        """Of the worse model."""
        return self.auc - self.worse * self.margin
