"""The answer to each difference that is asked for: passed, failed or inconclusive."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from components.comparison.estimate import Estimate
from components.gate import wording
from components.gate.answers import (
    Found,
    answer,
    cell_of,
    is_sure,
    levels_of,
    open_of,
    outcome_of,
    rows_for,
    settled,
)
from components.gate.bounds import bounds_of
from components.gate.config import RuleName
from components.gate.decision import Decision, Outcome
from components.gate.enough import rows_for_interval
from components.gate.gain import gain_of, gain_with_margin
from components.gate.subjects import Subject

__all__ = ["judge_differences", "judge_totals"]


def judge_differences(subjects: Sequence[Subject], *, confidence: float, power: float) -> list[Decision]:
    """The differences of one rule from the baseline, over all rows and slices.

    `non_inferior` passes where the lower bound of the gain is above minus the margin, each cell at `confidence`: all
    must pass, an intersection-union test, so no correction is due, which would only make it ask for more rows. It fails
    where the gain is shown to be below minus the margin; between the two the rows settle nothing.

    `superior` passes, and `not_significantly_worse` fails, where the null hypothesis of no difference is rejected.

    Claims slice by slice, "worse in this slice", "better in this slice", come out by chance alone the more often the
    more there are. All of them, so every failure, are held to Holm's levels over the cells of the rule (see
    `holm_levels`): uncorrected, a model just as good would fail once in twenty *per slice*.

    Where a cell has too few rows for its interval to be trusted, nothing passes. It fails only by what leaves no doubt:
    a tenth of the rows that an interval needs, and a p-value of a hundredth of what is asked for elsewhere.

    Args:
        subjects: Of one rule, all asking for a difference.
        confidence: One-sided.
        power: With which the number of rows that is asked for settles a cell.
    """
    name = subjects[0].rule.resolved
    if name is RuleName.OBSERVE:
        return [subject.without_estimate() or _observe(subject, confidence) for subject in subjects]
    if name is RuleName.NON_INFERIOR:
        slacks = {
            index: gain_with_margin(cell_of(subject), subject.rule) for index, subject in open_of(subjects).items()
        }
        return _each_shown_above(subjects, slacks, confidence=confidence, power=power)
    claim = 1 if name is RuleName.SUPERIOR else -1
    levels = levels_of(
        {index: (subject, _scaled(_gain(subject), claim)) for index, subject in open_of(subjects).items()},
        confidence,
        against_candidate=claim < 0,
    )
    judge_claim = _superior if name is RuleName.SUPERIOR else _not_worse
    return [
        judge_claim(subject, levels[index], confidence=confidence, power=power) if index in levels else settled(subject)
        for index, subject in enumerate(subjects)
    ]


def judge_totals(subjects: Sequence[Subject], *, confidence: float, power: float) -> list[Decision]:
    """The differences from the anchor: non-inferior by `total_margin`, so that small losses cannot add up beyond it."""
    slacks = {index: (_gain(subject), subject.rule.total_margin or 0.0) for index, subject in open_of(subjects).items()}
    return _each_shown_above(subjects, slacks, confidence=confidence, power=power)


def _each_shown_above(
    subjects: Sequence[Subject], slacks: Mapping[int, tuple[Estimate, float]], *, confidence: float, power: float
) -> list[Decision]:
    """Whether each gain is shown to be above minus its margin, those that are open by `slacks`."""
    claims = {
        index: (subjects[index], dataclasses.replace(gain, value=-(gain.value + margin)))
        for index, (gain, margin) in slacks.items()
    }
    levels = levels_of(claims, confidence)
    return [
        _shown_above(subject, *slacks[index], level=levels[index], confidence=confidence, power=power)
        if index in slacks
        else settled(subject)
        for index, subject in enumerate(subjects)
    ]


def _observe(subject: Subject, confidence: float) -> Decision:
    gain = _gain(subject)
    bounds = bounds_of(gain, confidence)
    reason = wording.observed(subject.rule.metric, gain.value, ends=(bounds.low, bounds.high))
    return answer(subject, Outcome.OBSERVED, reason, found=Found(gain.value, bounds, confidence))


def _shown_above(
    subject: Subject, gain: Estimate, margin: float, *, level: float, confidence: float, power: float
) -> Decision:
    """`gain` has the error of gain and margin together, by which it is judged; what is told is the gain's own interval.

    Args:
        subject: What is asked.
        gain: Over the reference.
        margin: By how much it may be below 0.
        level: At which it is shown to be below minus the margin; 0 where it is not.
        confidence: With which it must be shown to be above.
        power: See `judge_differences`.
    """
    cell, by = cell_of(subject), 1 - level if level else confidence
    bounds, told = bounds_of(gain, by), bounds_of(_gain(subject), by)
    outcome = outcome_of(subject, holds=bounds.low > -margin, broken=level > 0)
    rows = None
    if outcome is Outcome.INCONCLUSIVE:
        rows = rows_for(subject, gain, distance=margin, confidence=confidence, power=power)
        if rows is not None and rows <= cell.rows:  # Enough for an equal model, so this one is not equal.
            distance = abs(gain.value + margin)
            rows = rows_for(subject, gain, distance=distance, confidence=confidence, power=power)
    are_alike = (told.low > -margin, told.high < -margin) == (bounds.low > -margin, bounds.high < -margin)
    say = wording.non_inferior if are_alike else wording.by_both
    reason = say(subject.asked, outcome, ends=(told.low, told.high), margin=margin)
    return answer(subject, outcome, reason, found=Found(gain.value, told, by, limit=-margin, rows=rows))


def _superior(subject: Subject, level: float, *, confidence: float, power: float) -> Decision:
    gain, confidence = _gain(subject), 1 - level if level else confidence
    bounds = bounds_of(gain, confidence)
    outcome = outcome_of(subject, holds=level > 0, broken=_is_no_better(subject, bounds.high, confidence))
    rows = None
    if gain.value > 0:
        rows = rows_for(subject, gain, distance=gain.value, confidence=confidence, power=power)
    reason = wording.superior(outcome, bounds.low, bounds.high)
    return answer(subject, outcome, reason, found=Found(gain.value, bounds, confidence, limit=0.0, rows=rows))


def _is_no_better(subject: Subject, high: float, confidence: float) -> bool:
    if is_sure(subject):
        return high <= 0
    return levels_of({0: (subject, _scaled(_gain(subject), -1))}, confidence)[0] > 0


def _not_worse(subject: Subject, level: float, *, confidence: float, power: float) -> Decision:
    gain, confidence = _gain(subject), 1 - level if level else confidence
    bounds = bounds_of(gain, confidence)
    outcome = outcome_of(subject, holds=True, broken=level > 0)
    reason = wording.not_worse(outcome, bounds.low, bounds.high)
    rows = rows_for_interval(cell_of(subject))
    return answer(subject, outcome, reason, found=Found(gain.value, bounds, confidence, limit=0.0, rows=rows))


def _gain(subject: Subject) -> Estimate:
    return gain_of(cell_of(subject), subject.rule.metric)


def _scaled(estimate: Estimate, factor: int) -> Estimate:
    return dataclasses.replace(estimate, value=factor * estimate.value)
