"""What the gate is told beside the comparison: whether the export is the trained model, and how far columns moved."""

from __future__ import annotations

from typing import Final

from components.gate.decision import GlobalDecision, Outcome
from components.parity.report import OutputParity, ParityReport
from components.shift.config import Beyond
from components.shift.report import ColumnShift, Shift, ShiftStatus

__all__ = ["DRIFT", "PARITY", "SKEW", "judge_parity", "judge_shift"]

PARITY: Final = "parity"
DRIFT: Final = "drift"
SKEW: Final = "skew"

_OTHERS: Final = {DRIFT: "the rows that the served model learned from", SKEW: "logged requests"}
_NUM_NAMED: Final = 3  # How many columns a reason names.


def judge_parity(parity: ParityReport) -> GlobalDecision:
    """Whether the exported model answers as the trained one; where it could not be asked, it does not."""
    wrong = sorted((answer for answer in parity.answers if not answer.agrees), key=_badness)
    measured = [answer.largest for answer in parity.answers if answer.largest is not None]
    largest = max(measured, default=None)
    if wrong:
        more = f" And {len(wrong) - 1} more of {len(parity.answers)} answers." if len(wrong) > 1 else ""
        reason = _difference(wrong[0], parity) + more
    elif not parity.agrees:
        reason = f"The exported model could not be asked in every way: {parity.problem or 'nothing was asked'}."
    else:
        reason = _agreement(parity, largest or 0.0)
    outcome = Outcome.PASSED if parity.agrees else Outcome.FAILED
    return GlobalDecision(name=PARITY, outcome=outcome, reason=reason, value=largest, limit=parity.tolerance)


def judge_shift(name: str, shift: Shift | None, beyond: Beyond) -> GlobalDecision:
    """Whether columns stayed within their thresholds; what could not be measured is said, and blocks where asked to.

    Args:
        name: `DRIFT` or `SKEW`.
        shift: None where nobody measured what was asked for.
        beyond: What a column beyond its threshold means.
    """
    if shift is None or shift.status is ShiftStatus.NO_ROWS:
        outcome = Outcome.FAILED if beyond is Beyond.BLOCK else Outcome.WARNED
        reason = "nobody measured it" if shift is None else shift.reason.rstrip(".")
        return GlobalDecision(name=name, outcome=outcome, reason=f"Not measured: {reason}.")
    if shift.status is ShiftStatus.NOTHING_SERVES:
        reason = "Nothing serves yet, so there are no earlier rows to measure from."
        return GlobalDecision(name=name, outcome=Outcome.OBSERVED, reason=reason)
    if shift.status is not ShiftStatus.MEASURED:
        outcome = Outcome.NOT_COMPARABLE if beyond is Beyond.BLOCK else Outcome.WARNED
        return GlobalDecision(name=name, outcome=outcome, reason=f"Not measured: {shift.reason.rstrip('.')}.")
    moved = sorted((column for column in shift.columns if column.is_beyond), key=_excess)
    worst = min(shift.columns, key=_excess, default=None)
    value, limit = (worst.distance, worst.threshold) if worst is not None else (None, None)
    if not moved:
        furthest = f"; {worst.column} moved furthest, {worst.distance:.3g}" if worst and worst.distance else ""
        reason = f"{len(shift.columns)} columns are within their thresholds of {_OTHERS[name]}{furthest}."
        return GlobalDecision(name=name, outcome=Outcome.PASSED, reason=reason, value=value, limit=limit)
    named = ", ".join(_moved(column) for column in moved[:_NUM_NAMED])
    more = f" and {len(moved) - _NUM_NAMED} more" if len(moved) > _NUM_NAMED else ""
    reason = f"Too far from {_OTHERS[name]}: {named}{more}."
    outcome = Outcome.FAILED if beyond is Beyond.BLOCK else Outcome.WARNED
    return GlobalDecision(name=name, outcome=outcome, reason=reason, value=value, limit=limit)


def _badness(answer: OutputParity) -> tuple[bool, float]:
    """The worst first: what cannot be measured, then the largest difference."""
    return answer.largest is not None, -(answer.largest or 0.0)


def _difference(answer: OutputParity, parity: ParityReport) -> str:
    where = f" at golden row {answer.row}" if answer.row is not None else ""
    asked = f"{answer.output}, asked by {answer.route}, is not what the trained model predicts{where}"
    if answer.largest is None:
        return f"{asked}: {answer.reason}."
    share = " of its size" if answer.is_relative else ""
    return f"{asked}: they are {answer.largest:.3g}{share} apart, at most {parity.tolerance:g} is allowed."


def _agreement(parity: ParityReport, largest: float) -> str:
    routes = len({answer.route for answer in parity.answers})
    server = "TF Serving's own server" if parity.server == "tensorflow_model_server" else "the embedded server"
    unasked = "" if parity.server == "tensorflow_model_server" else "; TF Serving's own was not on the PATH"
    return (
        f"Signature and {server} answer as the trained model predicts, {routes} ways over {parity.rows} rows, "
        f"{largest:.3g} apart at most{unasked}."
    )


def _excess(column: ColumnShift) -> tuple[bool, float]:
    """The worst first: what lost its values, then what is furthest above its threshold."""
    if column.distance is None:
        return not column.is_beyond, float("inf")
    return True, column.threshold - column.distance


def _moved(column: ColumnShift) -> str:
    if column.distance is None:
        return f"{column.column} ({column.reason})"
    return f"{column.column} by {column.distance:.3g} ({column.measure.value}, at most {column.threshold:g})"
