"""From an interval, what it is claimed to show and how sure it is, to an answer."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Final

from components.comparison.cell import Cell, Status
from components.comparison.estimate import Estimate
from components.gate.bounds import Bounds, holm_levels, p_above, rows_needed
from components.gate.decision import Decision, Outcome
from components.gate.enough import is_trusted, rows_for_interval
from components.gate.subjects import Subject

__all__ = ["Found", "answer", "cell_of", "is_sure", "levels_of", "open_of", "outcome_of", "rows_for", "settled"]

_DOUBT: Final = 100.0  # What leaves no doubt, though an interval of so few rows is not to be trusted.
_FEWEST: Final = 10.0  # Times the rows that an interval needs, over which nothing counts.


def open_of(subjects: Sequence[Subject]) -> dict[int, Subject]:
    """Those that numbers decide, by their place."""
    return {index: subject for index, subject in enumerate(subjects) if subject.without_estimate() is None}


def settled(subject: Subject) -> Decision:
    """The answer of one that is not open."""
    decision = subject.without_estimate()
    if decision is None:
        raise ValueError(f"`subject` must be settled without an estimate, got {subject.rule.output!r}.")
    return decision


def levels_of(
    claims: Mapping[int, tuple[Subject, Estimate]], confidence: float, *, against_candidate: bool = True
) -> dict[int, float]:
    """By place, Holm's level at which the claim that an estimate is above 0 is accepted; 0 where it is not.

    Args:
        claims: By place; what is claimed of each subject.
        confidence: One-sided.
        against_candidate: Whether a claim that is accepted fails the candidate: then few rows show less.
    """
    p_values = [
        _in_doubt(p_above(estimate), subject) if against_candidate else p_above(estimate)
        for subject, estimate in claims.values()
    ]
    return dict(zip(claims, holm_levels(p_values, 1 - confidence), strict=True))


def _in_doubt(p_value: float, subject: Subject) -> float:
    if is_sure(subject):
        return p_value
    return min(1.0, p_value * _DOUBT) if cell_of(subject).shortfall <= _FEWEST else 1.0


def is_sure(subject: Subject) -> bool:
    """Whether its interval can be trusted."""
    return is_trusted(cell_of(subject), of_candidate=subject.against is None)


@dataclasses.dataclass(frozen=True)
class Found:
    """The numbers behind an answer; what is not finite is not told."""

    value: float
    bounds: Bounds
    confidence: float
    limit: float | None = None
    rows: int | None = None


def answer(subject: Subject, outcome: Outcome, reason: str, *, found: Found) -> Decision:
    """The answer with the numbers behind it; of few rows it says so."""
    return dataclasses.replace(
        subject.decide(outcome, _too_few(cell_of(subject), outcome, reason)),
        value=_finite(found.value),
        low=_finite(found.bounds.low),
        high=_finite(found.bounds.high),
        confidence=_finite(found.confidence),
        limit=found.limit,
        rows_to_settle=found.rows if outcome is Outcome.INCONCLUSIVE else None,
        trusted=is_sure(subject) or not math.isfinite(found.bounds.low),
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def outcome_of(subject: Subject, *, holds: bool, broken: bool) -> Outcome:
    """Passed only by an interval that can be trusted."""
    if broken:
        return Outcome.FAILED
    return Outcome.PASSED if holds and is_sure(subject) else Outcome.INCONCLUSIVE


def rows_for(subject: Subject, estimate: Estimate, *, distance: float, confidence: float, power: float) -> int | None:
    """How many rows settle it: enough to see `distance`, and for the interval to count."""
    cell = cell_of(subject)
    rows = rows_needed(cell.rows, estimate.std_error, distance=distance, confidence=confidence, power=power)
    if is_sure(subject):
        return rows
    least = rows_for_interval(cell)
    return None if rows is None or least is None else max(rows, least)


def _too_few(cell: Cell, outcome: Outcome, reason: str) -> str:
    if cell.status is Status.MEASURED or outcome is not Outcome.INCONCLUSIVE:
        return reason
    return f"The interval is not to be trusted: {cell.reason or cell.status.value} {reason}"


def cell_of(subject: Subject) -> Cell:
    """The cell of a subject that `without_estimate` did not settle."""
    if subject.cell is None:
        raise ValueError(f"`subject` must have a cell to be judged by numbers, got none for {subject.rule.output!r}.")
    return subject.cell
