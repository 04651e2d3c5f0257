"""The whole decision: a policy applied to a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from components.comparison.cell import Comparison
from components.gate.checks import DRIFT, SKEW, judge_parity, judge_shift
from components.gate.config import Inconclusive, RuleName, WithoutReference
from components.gate.decision import Asked, Decision, GlobalDecision, Outcome
from components.gate.judge import judge_differences, judge_totals
from components.gate.judge_bounds import judge_bounds
from components.gate.need import need_of
from components.gate.policy import Policy
from components.gate.report import GateReport, GateStatus
from components.gate.subjects import Subject, subjects_of
from components.gate.together import judge_together
from components.gate.verdict import verdicts_of
from components.gate.wording import more_rows
from components.parity.report import ParityReport
from components.shift.report import ShiftReport

__all__ = ["POWER", "decide"]

POWER: Final = 0.8  # With which the rows that are asked for let an equal model pass all rules.

_Answer = Decision | GlobalDecision


def decide(
    policy: Policy,
    comparison: Comparison,
    *,
    parity: ParityReport | None = None,
    shift: ShiftReport | None = None,
) -> GateReport:
    """Judges every rule over all rows and its slices, then all of them together.

    A candidate is blessed only where every rule passes: an intersection-union test, which lets a model that is worse on
    any one task through at most as often as that task's rule alone would, so that a gain elsewhere buys nothing.

    Args:
        policy: What is asked.
        comparison: The candidate against what serves.
        parity: The export against the trained model; None where it was not asked.
        shift: How far columns moved; None where that was not asked.
    """
    by_rule = [subjects_of(rule, comparison) for rule in policy.gate.rules]
    power = _power_of_each([subject for subjects in by_rule for subject in subjects])
    confidence = policy.gate.confidence
    decisions = tuple(
        decision for subjects in by_rule for decision in _judge(subjects, confidence=confidence, power=power)
    )
    together = (*judge_together(policy, comparison), *_checks(policy, parity, shift))
    status, reason = _status(policy, [*decisions, *together])
    blessed = status in (GateStatus.PASSED, GateStatus.PASSED_WITH_WARNING) or (
        status is GateStatus.FIRST_RUN and policy.gate.first_run is WithoutReference.BOUNDS
    )
    need = need_of(decisions)
    return GateReport(
        blessed=blessed,
        status=status,
        reason=reason,
        warnings=tuple(_named(answer) for answer in _let_through([*decisions, *together], policy)) if blessed else (),
        confidence=confidence,
        rows_to_settle=None if need is None else need.rows,
        decisions=decisions,
        together=together,
        verdicts=verdicts_of(policy, comparison),
        references={reference.value: name for reference, name in comparison.references.items()},
        missing={reference.value: reason for reference, reason in comparison.missing.items()},
        empty=tuple(reference.value for reference in comparison.empty),
        left_out=comparison.left_out,
        cluster_column=comparison.cluster_column,
        gauc_weight=comparison.gauc_weight,
        parity=parity,
        shift=shift,
    )


def _checks(policy: Policy, parity: ParityReport | None, shift: ShiftReport | None) -> list[GlobalDecision]:
    found = [judge_parity(parity)] if parity is not None else []
    given = ShiftReport() if shift is None else shift
    for name, measured, asked in ((DRIFT, given.drift, policy.gate.drift), (SKEW, given.skew, policy.gate.skew)):
        if asked is not None:
            found.append(judge_shift(name, measured, asked.beyond))
    return found


def _power_of_each(subjects: Sequence[Subject]) -> float:
    """What each must be shown with, so that all are with `POWER`, however their errors hang together (Bonferroni)."""
    asked = [
        subject for subject in subjects if subject.against is None or subject.rule.resolved is not RuleName.OBSERVE
    ]
    blocking = [subject for subject in asked if subject.rule.inconclusive is not Inconclusive.PASS_WITH_WARNING]
    asked = blocking or asked  # What only warns keeps no equal model back.
    return 1 - (1 - POWER) / max(len(asked), 1)


def _judge(subjects: Sequence[Subject], *, confidence: float, power: float) -> list[Decision]:
    judges = {
        Asked.DIFFERENCE: judge_differences,
        Asked.TOTAL: judge_totals,
        Asked.MIN: judge_bounds,
        Asked.MAX: judge_bounds,
    }
    found: list[Decision] = []
    for asked, judge in judges.items():
        mine = [subject for subject in subjects if subject.asked is asked]
        found += judge(mine, confidence=confidence, power=power) if mine else []
    return found


def _status(policy: Policy, answers: Sequence[_Answer]) -> tuple[GateStatus, str]:
    """The worst answer decides."""
    blocking = [
        (GateStatus.FAILED, [a for a in answers if a.outcome is Outcome.FAILED]),
        (GateStatus.NOT_COMPARABLE, _not_comparable(policy, answers)),
        (GateStatus.INCONCLUSIVE, _inconclusive(policy, answers, Inconclusive.BLOCK)),
        (GateStatus.MORE_ROWS, _inconclusive(policy, answers, Inconclusive.ASK_FOR_DATA)),
    ]
    for status, found in blocking:
        if found:
            return status, _first_of(found)
    first = [answer for answer in answers if answer.outcome is Outcome.FIRST_RUN]
    if first:
        held = _held(policy, _let_through(answers, policy))
        return GateStatus.FIRST_RUN, f"First run: nothing serves yet to compare with. {held}"
    warned = _let_through(answers, policy)
    if warned:
        return GateStatus.PASSED_WITH_WARNING, f"Nothing failed, but not all is settled: {_first_of(warned)}"
    return GateStatus.PASSED, "Every rule holds."


def _held(policy: Policy, let_through: Sequence[_Answer]) -> str:
    """What a first run was judged by."""
    if policy.gate.first_run is not WithoutReference.BOUNDS:
        return "`first_run` is block."
    if let_through:
        return f"Nothing failed, but not all is settled: {_first_of(let_through)}"
    if any(rule.has_bounds for rule in policy.gate.rules):
        return "Its bounds hold."
    return "No rule bounds a value by itself, so nothing was judged."


def _not_comparable(policy: Policy, answers: Sequence[_Answer]) -> list[_Answer]:
    if policy.gate.not_comparable is WithoutReference.BOUNDS:
        return []
    return [answer for answer in answers if answer.outcome is Outcome.NOT_COMPARABLE]


def _inconclusive(policy: Policy, answers: Sequence[_Answer], meaning: Inconclusive) -> list[_Answer]:
    return [a for a in answers if a.outcome is Outcome.INCONCLUSIVE and _meaning(a, policy) is meaning]


def _let_through(answers: Sequence[_Answer], policy: Policy) -> list[_Answer]:
    """What a blessed candidate was not shown to meet."""
    found = _inconclusive(policy, answers, Inconclusive.PASS_WITH_WARNING)
    return found + [answer for answer in answers if answer.outcome in (Outcome.NOT_COMPARABLE, Outcome.WARNED)]


def _meaning(answer: _Answer, policy: Policy) -> Inconclusive:
    return answer.inconclusive if isinstance(answer, Decision) else policy.gate.inconclusive


def _first_of(answers: Sequence[_Answer]) -> str:
    more = f" And {len(answers) - 1} more." if len(answers) > 1 else ""
    return _named(answers[0]) + more


def _named(answer: _Answer) -> str:
    """The reason with what it is about, and how many rows would settle it."""
    if isinstance(answer, GlobalDecision):
        return f"{answer.name}: {answer.reason}"
    place = ", ".join(f"{column} = {value}" for column, value in answer.slice)
    where = f"{answer.output} {answer.metric.value}{f' on {place}' if place else ''}"
    against = f" against the {answer.against.value}" if answer.against else ""
    said = f"{where}{against}: {answer.reason}"
    if answer.rows_to_settle is None:
        return said
    return f"{said} {more_rows(answer.rows_to_settle, there=answer.rows, is_slice=bool(answer.slice))}"
