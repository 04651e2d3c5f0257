"""Bounds of the candidate's own values: passed, failed or inconclusive."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from components.comparison.cell import Status
from components.comparison.estimate import Estimate
from components.gate import wording
from components.gate.answers import Found, answer, cell_of, levels_of, open_of, outcome_of, rows_for, settled
from components.gate.bounds import Bounds, bounds_of
from components.gate.decision import Asked, Decision, Outcome
from components.gate.subjects import Subject

__all__ = ["judge_bounds"]


def judge_bounds(subjects: Sequence[Subject], *, confidence: float, power: float) -> list[Decision]:
    """`min`, or `max`, of the candidate's own values, by their intervals; by the value of a metric without interval.

    As under `judge_differences`, all must hold, and what fails is held to Holm's levels.
    """
    excesses = {}
    for index, subject in open_of(subjects).items():
        estimate = _candidate(subject)
        excesses[index] = (
            subject,
            dataclasses.replace(estimate, value=_side(subject) * (_limit(subject) - estimate.value)),
        )
    levels = levels_of(
        {k: v for k, v in excesses.items() if cell_of(v[0]).status is not Status.NO_INTERVAL}, confidence
    )
    return [
        _bound(subject, levels.get(index, 0.0), confidence=confidence, power=power)
        if index in excesses
        else settled(subject)
        for index, subject in enumerate(subjects)
    ]


def _bound(subject: Subject, level: float, *, confidence: float, power: float) -> Decision:
    cell, estimate, sign, limit = cell_of(subject), _candidate(subject), _side(subject), _limit(subject)
    if cell.status is Status.NO_INTERVAL:
        holds = sign * (estimate.value - limit) >= 0
        reason = wording.by_value(subject.asked, estimate.value, limit)
        found = Found(estimate.value, Bounds(math.nan, math.nan), math.nan, limit=limit)
        return answer(subject, Outcome.PASSED if holds else Outcome.FAILED, reason, found=found)
    told = 1 - level if level else confidence
    bounds = bounds_of(estimate, told)
    worst = bounds.low if sign > 0 else bounds.high
    rows = rows_for(subject, estimate, distance=abs(estimate.value - limit), confidence=confidence, power=power)
    outcome = outcome_of(subject, holds=sign * (worst - limit) >= 0, broken=level > 0)
    reason = wording.bound(subject.asked, outcome, estimate.value, ends=(bounds.low, bounds.high), limit=limit)
    return answer(subject, outcome, reason, found=Found(estimate.value, bounds, told, limit=limit, rows=rows))


def _candidate(subject: Subject) -> Estimate:
    return cell_of(subject).candidate or Estimate(math.nan, math.nan)


def _side(subject: Subject) -> int:
    return 1 if subject.asked is Asked.MIN else -1


def _limit(subject: Subject) -> float:
    return (subject.rule.min if subject.asked is Asked.MIN else subject.rule.max) or 0.0
