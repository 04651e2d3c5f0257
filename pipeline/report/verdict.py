"""A run's end in one sentence, with the reasons."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from typing import Final

from components.comparison.cell import Reference
from components.gate.config import Inconclusive
from components.gate.decision import Decision, GlobalDecision
from components.gate.decision import Outcome as Answer
from components.gate.report import GateReport, GateStatus
from components.gate.wording import more_rows
from pipeline.report import numbers
from pipeline.report.evaluation import Slice
from pipeline.report.gate.words import MARKS
from pipeline.report.metrics import style_of
from pipeline.report.record import RunRecord

__all__ = ["Outcome", "Verdict", "slice_text", "verdict_of"]

NOTHING_PUSHED: Final = "Nothing was pushed; what served before still serves."
NOTHING_SERVES: Final = "Nothing was pushed, and nothing serves yet."
UNSETTLED: Final = "Nothing failed, but not all is settled."
MOST_REASONS: Final = 8  # Told one by one; with many slices there can be hundreds.


class Outcome(enum.Enum):
    """What became of the candidate."""

    PUSHED = "pushed"
    SERVES = "serves already"
    BLESSED = "blessed"
    REFUSED = "not blessed"
    UNJUDGED = "not judged"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a run came to.

    Attributes:
        outcome: What became of the candidate.
        sentence: For a person.
        reasons: A sentence for each answer that kept the candidate back, or warns of it, or what a failed node said;
            the worst first, and how many more there are.
        tone: Its colour's role: good, warn or bad.
    """

    outcome: Outcome
    sentence: str
    reasons: tuple[str, ...] = ()
    tone: str = "good"


def verdict_of(run: RunRecord) -> Verdict:
    """Says what a run came to and why."""
    stopped = run.stopped_at
    if stopped is not None or run.error is not None:
        where = f"The run stopped at {stopped.name}" if stopped else "The run stopped"
        sentence = f"{where}. {NOTHING_PUSHED}"
        return Verdict(Outcome.FAILED, sentence, (run.error,) if run.error else (), tone="bad")
    if run.blessed is None:
        pushed = f" It was pushed to {run.push.destination}." if run.push else ""
        return Verdict(Outcome.UNJUDGED, f"Nobody judged the candidate.{pushed}", tone="warn")
    if not run.blessed:
        return _refused(run)
    held = run.gate.reason if run.gate else "The gate let the candidate through."
    warnings = _first(run.gate.warnings) if run.gate else ()
    if run.gate is not None and run.gate.status is GateStatus.PASSED_WITH_WARNING:
        held = UNSETTLED  # The reasons below name each.
    if run.serves:
        same = f"Version {run.serves} is this very model, so nothing was pushed."
        return Verdict(Outcome.SERVES, f"{held} {same}", warnings)
    if run.push is None:
        why = (run.held_back,) if run.held_back else ()
        return Verdict(Outcome.BLESSED, f"{held} The candidate was not pushed.", (*why, *warnings))
    version = f" as version {run.push.version}" if run.push.version else ""
    return Verdict(Outcome.PUSHED, f"{held} The candidate was pushed{version} to {run.push.destination}.", warnings)


def _refused(run: RunRecord) -> Verdict:
    status = f" ({run.gate.status.value})" if run.gate else ""
    is_first = run.gate is not None and Reference.BASELINE.value in run.gate.empty
    sentence = f"The gate kept the candidate back{status}. {NOTHING_SERVES if is_first else NOTHING_PUSHED}"
    if run.gate is None:
        return Verdict(Outcome.REFUSED, sentence, tone="warn")
    reasons = tuple(_reasons(run.gate)) or (run.gate.reason,)
    is_shown = run.gate.status is GateStatus.FAILED
    return Verdict(Outcome.REFUSED, sentence, _first(reasons), tone="bad" if is_shown else "warn")


def _first(reasons: tuple[str, ...]) -> tuple[str, ...]:
    more = len(reasons) - MOST_REASONS
    told = f"and {numbers.count(more)} more, which the report's page lists under Gate."
    return (*reasons[:MOST_REASONS], told) if more > 0 else reasons


def _reasons(gate: GateReport) -> Iterator[str]:
    """A sentence for each answer that kept the candidate back, the worst first."""
    answers: list[Decision | GlobalDecision] = [*gate.decisions, *gate.together]
    for answer in sorted(answers, key=lambda answer: list(MARKS).index(answer.outcome)):
        if answer.outcome not in (Answer.FAILED, Answer.NOT_COMPARABLE, Answer.INCONCLUSIVE):
            continue
        if isinstance(answer, GlobalDecision):
            yield f"{answer.name.replace('_', ' ')}: {answer.reason}"
        elif answer.outcome is not Answer.INCONCLUSIVE or answer.inconclusive is not Inconclusive.PASS_WITH_WARNING:
            yield _reason(answer)


def _reason(answer: Decision) -> str:
    place = f" on {slice_text(answer.slice)}" if answer.slice else ""
    against = f" against the {answer.against.value}" if answer.against else ""
    rows = answer.rows_to_settle
    wanted = "" if rows is None else f" {more_rows(rows, there=answer.rows, is_slice=bool(answer.slice))}"
    return f"{answer.output}: {style_of(answer.metric.value).title}{place}{against}. {answer.reason}{wanted}"


def slice_text(where: Slice) -> str:
    """A slice for a person: `payment = Cash`, or all rows."""
    return ", ".join(f"{column} = {value or '(empty)'}" for column, value in where) or "all rows"
