"""What the gate asks of several outputs together."""

from __future__ import annotations

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.gate.bounds import bounds_of, holm_levels, p_above
from components.gate.config import RuleName
from components.gate.decision import GlobalDecision, Outcome
from components.gate.gain import gain_of
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.subjects import Subject, subjects_of
from components.gate.wording import number

__all__ = ["FUSED", "SUPERIOR", "judge_together"]

SUPERIOR = "at_least_one_superior"
FUSED = "fused_loss"


def judge_together(policy: Policy, comparison: Comparison) -> tuple[GlobalDecision, ...]:
    """The answers to the gate's global rules, those that are declared."""
    found = []
    if policy.gate.at_least_one_superior:
        found.append(_one_superior(policy, comparison))
    if policy.gate.fused_loss is not None:
        found.append(_fused(policy, comparison))
    return tuple(found)


def _one_superior(policy: Policy, comparison: Comparison) -> GlobalDecision:
    """Whether an output of a main task is better over all rows, by a metric that a rule compares.

    With several candidates for being the one, one will look better by chance: Holm's levels over all of them.
    """
    subjects = [
        subject
        for rule in policy.gate.rules
        if rule.output in policy.main_outputs and rule.resolved is not RuleName.OBSERVE and not rule.only_slices
        for subject in subjects_of(rule, comparison)[:1]
    ]
    absent = next((subject.absent for subject in subjects if subject.absent is not None), None)
    if absent is not None:
        return GlobalDecision(name=SUPERIOR, outcome=absent[0], reason=absent[1])
    usable = [
        (subject, gain_of(subject.cell, subject.rule.metric))
        for subject in subjects
        if subject.cell is not None and subject.cell.status is Status.MEASURED and not subject.without_estimate()
    ]
    levels = holm_levels([p_above(gain) for _, gain in usable], 1 - policy.gate.confidence)
    better = [_name(subject) for (subject, _), level in zip(usable, levels, strict=True) if level > 0]
    if better:
        return GlobalDecision(name=SUPERIOR, outcome=Outcome.PASSED, reason=f"Better: {', '.join(better)}.")
    none_can_be = all(bounds_of(gain, policy.gate.confidence).high <= 0 for _, gain in usable)
    settled = none_can_be and len(usable) == len(subjects) > 0
    names = ", ".join(_name(subject) for subject in subjects) or "any main task"
    reason = f"None is shown to be better: {names}."
    return GlobalDecision(name=SUPERIOR, outcome=Outcome.FAILED if settled else Outcome.INCONCLUSIVE, reason=reason)


def _name(subject: Subject) -> str:
    return f"{subject.rule.output} {subject.rule.metric.value}"


def _fused(policy: Policy, comparison: Comparison) -> GlobalDecision:
    """Whether the weighted rise of losses is shown to be below its margin.

    The cells do not tell how errors of outputs hang together, so the bounds of the rises are added up, each at the
    gate's confidence. That is conservative: the error of a sum is never above the sum of the errors.
    """
    fused = policy.gate.fused_loss
    if fused is None:
        raise ValueError("`policy.gate.fused_loss` must be declared to be judged, got None.")
    if Reference.BASELINE in comparison.empty:
        return GlobalDecision(name=FUSED, outcome=Outcome.FIRST_RUN, reason="Nothing serves yet.")
    value = low = high = 0.0
    for output, weight in fused.weights.items():
        metric = policy.fused_metrics[output]
        cell = _cell_of(comparison, output, metric)
        if cell is None or cell.status is not Status.MEASURED or cell.difference is None:
            return _unknown(output, cell, comparison)
        bounds = bounds_of(cell.difference, policy.gate.confidence)
        value += weight * cell.difference.value
        low, high = low + weight * bounds.low, high + weight * bounds.high
    outcome = Outcome.PASSED if high < fused.margin else Outcome.FAILED if low > fused.margin else Outcome.INCONCLUSIVE
    reason = (
        f"The fused loss rises by {number(value)}, between {number(low)} and {number(high)}, a wide estimate; allowed "
        f"are {number(fused.margin)}."
    )
    return GlobalDecision(
        name=FUSED, outcome=outcome, reason=reason, value=value, low=low, high=high, limit=fused.margin
    )


def _cell_of(comparison: Comparison, output: str, metric: Metric) -> Cell | None:
    """Over all rows, against the baseline."""
    wanted = (output, metric.value, (), Reference.BASELINE)
    found = [c for c in comparison.cells if (c.output, c.metric, c.slice, c.against) == wanted]
    return found[0] if found else None


def _unknown(output: str, cell: Cell | None, comparison: Comparison) -> GlobalDecision:
    outcome = Outcome.INCONCLUSIVE
    if cell is not None and cell.status is Status.NOT_FINITE:
        outcome = Outcome.FAILED
    elif Reference.BASELINE not in comparison.references or (cell and cell.status is Status.NOT_COMPARABLE):
        outcome = Outcome.NOT_COMPARABLE
    elif cell is None:
        outcome = Outcome.FAILED
    why = cell.reason if cell is not None else ""
    return GlobalDecision(
        name=FUSED, outcome=outcome, reason=f"The rise of the loss of {output} is not known. {why}".strip()
    )
