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
        margins: By how much each AUC may be worse, one a task.
        correlation: Of the two models' scores among rows of one class; a retrain on the next day has over 0.9.
        auc: Of the model that serves.
        cluster_size: Rows of one user.
        within: Correlation of one model's scores between rows of one class and user.
        worse: By how many margins the worse model is worse.
        confidence: Of the gate, one-sided.
        names: Of the tasks; empty where they have none.
        lenient: One a task, or none: whether what its rows leave open passes with a warning.
    """

    rows: int
    base_rates: tuple[float, ...]
    margins: tuple[float, ...]
    correlation: float = 0.9
    auc: float = 0.75
    cluster_size: int = 1
    within: float = 0.2
    worse: float = 2.0
    confidence: float = 0.95
    names: tuple[str, ...] = ()
    lenient: tuple[bool, ...] = ()

    @property
    def leniences(self) -> tuple[bool, ...]:
        """One a task."""
        return self.lenient or (False,) * len(self.margins)

    def __post_init__(self) -> None:
        problems = []
        if self.rows < 1:
            problems.append(f"`rows` must be positive, got {self.rows!r}.")
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
        problems += self._margin_problems()
        raise_if_any("gate simulate", problems)

    def worse_auc(self, margin: float) -> float:
        """Of the worse model on a task with this margin."""
        return self.auc - self.worse * margin

    def _margin_problems(self) -> list[str]:
        problems = []
        if len(self.margins) != len(self.base_rates):
            named = f", {', '.join(self.names)}," if self.names else ","
            problems.append(
                f"`base_rates` must name one a task{named} got {len(self.base_rates)} for {len(self.margins)}."
            )
        if self.worse <= 0:
            problems.append(f"`worse` must be positive, got {self.worse!r}.")
        for margin in dict.fromkeys(self.margins):
            if margin <= 0:
                problems.append(f"`margins` must be positive, got {margin!r}.")
            elif self.worse_auc(margin) <= 0.5:
                problems.append(
                    f"`margins` must leave the worse model an AUC above 0.5, got {margin!r}, which leaves "
                    f"{self.worse_auc(margin):g}."
                )
        return problems
