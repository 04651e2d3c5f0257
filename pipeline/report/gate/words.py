"""Marks and words for what the gate found."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import SCALES, Metric
from components.gate.report import GateReport, GateStatus
from components.gate.verdict import Change, Word
from pipeline.report import numbers
from pipeline.report.metrics import style_of

__all__ = [
    "CHANGES",
    "MARKS",
    "WORDS",
    "Mark",
    "asked_text",
    "axis_text",
    "interval_text",
    "limit_text",
    "metric_title",
    "status_mark",
]


@dataclasses.dataclass(frozen=True)
class Mark:
    """An answer told three ways, so that none hangs on colour alone.

    Attributes:
        glyph: One character.
        word: The same in words.
        tone: Its colour's role in the style sheet: good, warn, bad or plain.
    """

    glyph: str
    word: str
    tone: str


MARKS: Final[dict[Outcome, Mark]] = {
    Outcome.FAILED: Mark("✕", "failed", "bad"),
    Outcome.NOT_COMPARABLE: Mark("≠", "not comparable", "warn"),
    Outcome.INCONCLUSIVE: Mark("?", "inconclusive", "warn"),
    Outcome.WARNED: Mark("!", "warned", "warn"),
    Outcome.PASSED: Mark("✓", "passed", "good"),
    Outcome.FIRST_RUN: Mark("○", "first run", "plain"),
    Outcome.OBSERVED: Mark("·", "observed", "plain"),
}  # The worst first.

CHANGES: Final[dict[Change, Mark]] = {
    Change.UP: Mark("▲", "up", "good"),
    Change.FLAT: Mark("=", "not told apart", "plain"),
    Change.DOWN: Mark("▼", "down", "bad"),
    Change.UNKNOWN: Mark("?", "not known", "warn"),
}

_OWN: Final = "a network of its own of the same budget"

WORDS: Final[dict[Word, tuple[str, str]]] = {
    Word.WELL_DONE: ("good", f"every main task is better than {_OWN}"),
    Word.GOOD: ("good", f"no main task is worse than {_OWN}, and one at least is better"),
    Word.SEESAW: ("warn", f"a main task is worse than {_OWN}, and another is not"),
    Word.NEGATIVE_TRANSFER: ("bad", f"every main task is worse than {_OWN}"),
    Word.UNDECIDED: ("plain", "the rows do not tell whether sharing helps or harms"),
}

_TITLES: Final = {
    Metric.NORMALISED_ENTROPY: "normalised entropy",
    Metric.CALIBRATION_ERROR: "calibration error",
}


def status_mark(report: GateReport) -> Mark:
    """The whole decision."""
    word = report.status.value.capitalize()
    if report.status is GateStatus.PASSED:
        return Mark("✓", word, "good")
    if report.status is GateStatus.FIRST_RUN:
        return Mark("○", word, "plain")
    if report.status is GateStatus.FAILED:
        return Mark("✕", word, "bad")
    return Mark("!", word, "warn")


def metric_title(metric: Metric) -> str:
    """As the page calls it everywhere."""
    return _TITLES.get(metric) or style_of(metric.value).title


def asked_text(decision: Decision) -> str:
    """What was asked, in two or three words: `AUC gain`, `AUC since the anchor`, `at least` of a bound."""
    title = metric_title(decision.metric)
    if decision.asked is Asked.MIN:
        return f"{title} at least"
    if decision.asked is Asked.MAX:
        return f"{title} at most"
    if decision.asked is Asked.TOTAL:
        return f"{title} since the anchor"
    return f"{title} gain" if SCALES[decision.metric].sign else f"{title} change"


def axis_text(metric: Metric | None, asked: Asked) -> str:
    """What an axis counts, in the metric's units or (None) in margins, and which way is better."""
    if metric is None:
        return "better by so many of its margins (right is better)"
    title = metric_title(metric)
    if asked not in (Asked.DIFFERENCE, Asked.TOTAL):
        return title
    what = "lower" if SCALES[metric].sign < 0 else "higher"
    return f"{title}, {what} by (right is better)"


def interval_text(low: float | None, high: float | None, *, signed: bool = True) -> str:
    """Both ends, such as `+0.0021 to +0.0040`; a dash where there is none."""
    if low is None or high is None:
        return numbers.ABSENT
    text = numbers.signed if signed else numbers.measure
    return f"{text(low)} to {text(high)}"


def limit_text(decision: Decision) -> str:
    """What the interval must be above, or below, such as `≥ 0.6000`; a dash where nothing is asked."""
    limit = decision.limit
    if limit is None or not math.isfinite(limit):
        return numbers.ABSENT
    if decision.asked is Asked.MIN:
        return f"≥ {numbers.measure(limit)}"
    if decision.asked is Asked.MAX:
        return f"≤ {numbers.measure(limit)}"
    if decision.asked is Asked.DIFFERENCE and decision.rule is RuleName.NOT_SIGNIFICANTLY_WORSE:
        return "not below 0"
    return f"> {numbers.signed(limit) if limit else '0'}"
