"""The answer to each thing asked: from an interval and a limit to passed, failed or inconclusive."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from components.comparison.cell import Cell, Status
from components.comparison.estimate import Estimate
from components.gate import wording
from components.gate.bounds import Bounds, bounds_of, holm_levels, p_above, rows_needed
from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.enough import is_trusted, rows_for_interval
from components.gate.gain import gain_of, gain_with_margin
from components.gate.subjects import Subject

__all__ = ["judge_bound", "judge_differences", "judge_total"]


def judge_differences(subjects: Sequence[Subject], *, confidence: float, power: float) -> list[Decision]:
    """The differences of one rule from the baseline, over all rows and slices.

    `non_inferior` passes where the lower bound of the gain is above minus the margin, each cell at `confidence`: all
    must pass, an intersection-union test, so no correction is due. It fails where the upper bound is below minus the
    margin; between the two the rows settle nothing.

    `superior` passes, and `not_significantly_worse` fails, where the null hypothesis of no difference is rejected.
    These are claims slice by slice: the more are tested, the more come out by chance alone, so they are held to Holm's
    levels over the slices of the rule, see `holm_levels`. Uncorrected, the second would stop a model just as good once
    in twenty *per slice*; correcting non-inferiority would only make it ask for more rows.

    Where a cell has too few rows for its interval to be trusted, nothing passes; what even so lies wholly beyond its
    limit fails.

    Args:
        subjects: Of one rule, all asking for a difference.
        confidence: One-sided.
        power: With which the number of rows that is asked for settles a cell.
    """
    name = subjects[0].rule.resolved
    if name in (RuleName.NON_INFERIOR, RuleName.OBSERVE):
        judge = _observe if name is RuleName.OBSERVE else _non_inferior
        return [subject.without_estimate() or judge(subject, confidence, power) for subject in subjects]
    settled = {index: subject.without_estimate() for index, subject in enumerate(subjects)}
    open_ones = [index for index, decision in settled.items() if decision is None]
    claim = 1 if name is RuleName.SUPERIOR else -1
    p_values = [p_above(_scaled(_gain(subjects[index]), claim)) for index in open_ones]
    levels = dict(zip(open_ones, holm_levels(p_values, 1 - confidence), strict=True))
    judge_claim = _superior if name is RuleName.SUPERIOR else _not_worse
    return [
        decision or judge_claim(subjects[index], levels[index], confidence=confidence, power=power)
        for index, decision in settled.items()
    ]


def judge_total(subject: Subject, *, confidence: float, power: float) -> Decision:
    """The difference from the anchor: non-inferior by `total_margin`, so that small losses cannot add up beyond it."""
    settled = subject.without_estimate()
    return settled or _shown_above(
        subject, _gain(subject), margin=subject.rule.total_margin or 0.0, confidence=confidence, power=power
    )


def judge_bound(subject: Subject, *, confidence: float, power: float) -> Decision:
    """`min` or `max` of the candidate's own value, by its interval; by its value where the metric has no interval."""
    settled = subject.without_estimate()
    if settled is not None:
        return settled
    cell = _cell(subject)
    estimate = cell.candidate or Estimate(math.nan, math.nan)
    sign = 1 if subject.asked is Asked.MIN else -1
    limit = subject.rule.min if subject.asked is Asked.MIN else subject.rule.max
    asked = 0.0 if limit is None else limit
    if cell.status is Status.NO_INTERVAL:
        holds = sign * (estimate.value - asked) >= 0
        reason = wording.by_value(subject.asked, estimate.value, asked)
        found = _Found(estimate.value, Bounds(math.nan, math.nan), math.nan, limit=asked)
        return _answer(subject, Outcome.PASSED if holds else Outcome.FAILED, reason, found=found)
    bounds = bounds_of(estimate, confidence)
    worst, best = (bounds.low, bounds.high) if sign > 0 else (bounds.high, bounds.low)
    rows = _rows(subject, estimate, distance=abs(estimate.value - asked), confidence=confidence, power=power)
    outcome = _outcome(subject, holds=sign * (worst - asked) >= 0, broken=sign * (best - asked) < 0)
    reason = wording.bound(subject.asked, outcome, estimate.value, ends=(bounds.low, bounds.high), limit=asked)
    found = _Found(estimate.value, bounds, confidence, limit=asked, rows=rows)
    return _answer(subject, outcome, reason, found=found)


def _observe(subject: Subject, confidence: float, power: float) -> Decision:
    gain = _gain(subject)
    bounds = bounds_of(gain, confidence)
    reason = wording.observed(subject.rule.metric, gain.value, ends=(bounds.low, bounds.high))
    return _answer(subject, Outcome.OBSERVED, reason, found=_Found(gain.value, bounds, confidence))


def _non_inferior(subject: Subject, confidence: float, power: float) -> Decision:
    gain, margin = gain_with_margin(_cell(subject), subject.rule)
    return _shown_above(subject, gain, margin=margin, confidence=confidence, power=power)


def _shown_above(subject: Subject, gain: Estimate, *, margin: float, confidence: float, power: float) -> Decision:
    """Whether the gain is shown to be above minus `margin`.

    `gain` has the error of gain and margin together, by which it is judged; what is told is the gain's own interval.
    """
    cell, bounds = _cell(subject), bounds_of(gain, confidence)
    outcome = _outcome(subject, holds=bounds.low > -margin, broken=bounds.high < -margin)
    rows = None
    if outcome is Outcome.INCONCLUSIVE:
        rows = _rows(subject, gain, distance=margin, confidence=confidence, power=power)
        if rows is not None and rows <= cell.rows:  # Enough for an equal model, so this one is not equal.
            distance = abs(gain.value + margin)
            rows = _rows(subject, gain, distance=distance, confidence=confidence, power=power)
    told = bounds_of(_gain(subject), confidence)
    ends = (told.low, told.high)
    are_alike = (told.low > -margin, told.high < -margin) == (bounds.low > -margin, bounds.high < -margin)
    say = wording.non_inferior if are_alike else wording.by_both
    reason = say(subject.asked, outcome, ends=ends, margin=margin)
    return _answer(subject, outcome, reason, found=_Found(gain.value, told, confidence, limit=-margin, rows=rows))


def _superior(subject: Subject, level: float, *, confidence: float, power: float) -> Decision:
    gain, confidence = _gain(subject), 1 - level if level else confidence
    bounds = bounds_of(gain, confidence)
    outcome = _outcome(subject, holds=level > 0, broken=bounds.high <= 0)
    rows = None
    if gain.value > 0:
        rows = _rows(subject, gain, distance=gain.value, confidence=confidence, power=power)
    reason = wording.superior(outcome, bounds.low, bounds.high)
    return _answer(subject, outcome, reason, found=_Found(gain.value, bounds, confidence, limit=0.0, rows=rows))


def _not_worse(subject: Subject, level: float, *, confidence: float, power: float) -> Decision:
    gain, confidence = _gain(subject), 1 - level if level else confidence
    bounds = bounds_of(gain, confidence)
    outcome = _outcome(subject, holds=True, broken=level > 0)
    reason = wording.not_worse(outcome, bounds.low, bounds.high)
    rows = rows_for_interval(_cell(subject))
    return _answer(subject, outcome, reason, found=_Found(gain.value, bounds, confidence, limit=0.0, rows=rows))


@dataclasses.dataclass(frozen=True)
class _Found:
    """The numbers behind an answer; what is not finite is not told."""

    value: float
    bounds: Bounds
    confidence: float
    limit: float | None = None
    rows: int | None = None


def _answer(subject: Subject, outcome: Outcome, reason: str, *, found: _Found) -> Decision:
    return dataclasses.replace(
        subject.decide(outcome, _too_few(_cell(subject), outcome, reason)),
        value=_finite(found.value),
        low=_finite(found.bounds.low),
        high=_finite(found.bounds.high),
        confidence=_finite(found.confidence),
        limit=found.limit,
        rows_to_settle=found.rows if outcome is Outcome.INCONCLUSIVE else None,
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _outcome(subject: Subject, *, holds: bool, broken: bool) -> Outcome:
    """Passed only by an interval that can be trusted."""
    if broken:
        return Outcome.FAILED
    is_enough = is_trusted(_cell(subject), of_candidate=subject.against is None)
    return Outcome.PASSED if holds and is_enough else Outcome.INCONCLUSIVE


def _rows(subject: Subject, estimate: Estimate, *, distance: float, confidence: float, power: float) -> int | None:
    """How many rows settle it: enough to see `distance`, and for the interval to count."""
    cell = _cell(subject)
    rows = rows_needed(cell.rows, estimate.std_error, distance=distance, confidence=confidence, power=power)
    if is_trusted(cell, of_candidate=subject.against is None):
        return rows
    least = rows_for_interval(cell)
    return None if rows is None or least is None else max(rows, least)


def _too_few(cell: Cell, outcome: Outcome, reason: str) -> str:
    if cell.status is Status.MEASURED or outcome is not Outcome.INCONCLUSIVE:
        return reason
    return f"The interval is not to be trusted: {cell.reason or cell.status.value} {reason}"


def _cell(subject: Subject) -> Cell:
    """The cell of a subject that `without_estimate` did not settle."""
    if subject.cell is None:
        raise ValueError(f"`subject` must have a cell to be judged by numbers, got none for {subject.rule.output!r}.")
    return subject.cell


def _gain(subject: Subject) -> Estimate:
    return gain_of(_cell(subject), subject.rule.metric)


def _scaled(estimate: Estimate, factor: int) -> Estimate:
    return dataclasses.replace(estimate, value=factor * estimate.value)
