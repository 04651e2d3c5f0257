"""The reason of a decision, as a sentence an engineer would say."""

from __future__ import annotations

import math

from components.gate.decision import Asked, Outcome
from components.gate.metrics import SCALES, Metric

__all__ = ["bound", "by_both", "by_value", "more_rows", "non_inferior", "not_worse", "number", "observed", "superior"]


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.3g}"


def non_inferior(asked: Asked, outcome: Outcome, *, ends: tuple[float, float], margin: float) -> str:
    """Of a gain between `ends` that must be above minus `margin`."""
    low, high = ends
    allowed = f"the {'total ' if asked is Asked.TOTAL else ''}margin of {number(margin)}"
    if outcome is Outcome.FAILED:
        return f"It is worse by at least {number(-high)}, more than {allowed}."
    if low > 0:
        return f"It is better by at least {number(low)}."
    if low == 0:
        return "It is no worse."
    if high < -margin:
        return f"It looks worse by at least {number(-high)}, more than {allowed}, as one of several may by chance."
    if low > -margin:
        return f"It is worse by no more than {number(-low)}, within {allowed}."
    return f"It may be worse by {number(-low)}, more than {allowed}, or {_best(high)}."


def by_both(asked: Asked, outcome: Outcome, *, ends: tuple[float, float], margin: float) -> str:
    """The same where the error of the margin, a share of an estimated reference, tips it."""
    allowed = f"the {'total ' if asked is Asked.TOTAL else ''}margin of {number(margin)}"
    shown = {Outcome.PASSED: f"within {allowed}", Outcome.FAILED: f"beyond {allowed}"}
    found = f"shown to be {shown[outcome]}" if outcome in shown else f"shown to be neither within {allowed} nor beyond"
    return f"Its gain is between {ends[0]:+.3g} and {ends[1]:+.3g}, and, with the reference's own error, {found}."


def superior(outcome: Outcome, low: float, high: float) -> str:
    """Of a gain between `low` and `high` that must be above 0."""
    if outcome is Outcome.PASSED:
        return f"It is better by at least {number(low)}."
    if outcome is Outcome.FAILED:
        return f"It is worse by at least {number(-high)}." if high < 0 else "It is no better."
    return f"It may be better by {number(high)} or worse by {number(-low)}." if low < 0 else "It may be better."


def not_worse(outcome: Outcome, low: float, high: float) -> str:
    """Of a gain between `low` and `high` that must not be shown to be below 0."""
    if outcome is Outcome.FAILED:
        return f"It is worse by at least {number(-high)}."
    return f"It is not shown to be worse; it may be by {number(-low)}." if low < 0 else "It is not worse."


def bound(asked: Asked, outcome: Outcome, value: float, *, ends: tuple[float, float], limit: float) -> str:
    """Of a value that must be on one side of `limit`."""
    side, wrong = ("at least", "below") if asked is Asked.MIN else ("at most", "above")
    interval = f"its interval ({number(ends[0])} to {number(ends[1])})"
    if outcome is Outcome.PASSED:
        return f"It is {number(value)}, and {interval} is {side} {number(limit)}."
    if outcome is Outcome.FAILED:
        return f"It is {number(value)}, and {interval} is wholly {wrong} {number(limit)}."
    if ends[0] >= limit if asked is Asked.MIN else ends[1] <= limit:
        return f"It is {number(value)}, and {interval} would be {side} {number(limit)}, could it be trusted."
    if ends[1] < limit if asked is Asked.MIN else ends[0] > limit:
        return f"It is {number(value)}, and {interval} is {wrong} {number(limit)}, as one of several may be by chance."
    return f"It is {number(value)}, and {interval} does not settle whether it is {side} {number(limit)}."


def by_value(asked: Asked, value: float, limit: float) -> str:
    """The same of a metric that is known by its value alone."""
    side = "at least" if asked is Asked.MIN else "at most"
    return f"It is {number(value)}, by its value alone; asked for {side} {number(limit)}."


def observed(metric: Metric, gain: float, *, ends: tuple[float, float]) -> str:
    """Of a difference of which nothing is asked."""
    what = "Gain" if SCALES[metric].sign else "Difference"
    between = f", between {ends[0]:+.3g} and {ends[1]:+.3g}" if math.isfinite(ends[0]) else ""
    return f"{what} {gain:+.3g}{between}; nothing is asked of it."


def more_rows(wanted: int, *, there: int, is_slice: bool) -> str:
    """How many rows would settle what is open, of the slice where it is about one."""
    return f"About {wanted:,} rows{' of this slice' if is_slice else ''} would settle it; there are {there:,}."


def _best(high: float) -> str:
    return f"better by {number(high)}" if high > 0 else f"by only {number(-high)}"
