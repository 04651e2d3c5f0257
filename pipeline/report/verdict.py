"""A run's end in one sentence, with the reasons."""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

from pipeline.report import numbers
from pipeline.report.evaluation import Failure, Slice
from pipeline.report.metrics import style_of
from pipeline.report.record import RunRecord

__all__ = ["Outcome", "Verdict", "failure_sentence", "slice_text", "verdict_of"]

NOTHING_PUSHED: Final = "Nothing was pushed; what served before still serves."


class Outcome(enum.Enum):
    """What became of the candidate."""

    PUSHED = "pushed"
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
        reasons: A sentence for each threshold that did not hold, or what a failed node said.
    """

    outcome: Outcome
    sentence: str
    reasons: tuple[str, ...] = ()


def verdict_of(run: RunRecord) -> Verdict:
    """Says what a run came to and why."""
    stopped = run.stopped_at
    if stopped is not None or run.error is not None:
        where = f"The run stopped at {stopped.name}" if stopped else "The run stopped"
        sentence = f"{where}. {NOTHING_PUSHED}"
        return Verdict(Outcome.FAILED, sentence, (run.error,) if run.error else ())
    if run.blessed is None:
        pushed = f" It was pushed to {run.push.destination}." if run.push else ""
        return Verdict(Outcome.UNJUDGED, f"Nobody judged the candidate.{pushed}")
    if not run.blessed:
        return _refused(run)
    held = f"Every threshold holds{_beside(run)}"
    if run.push is None:
        return Verdict(Outcome.BLESSED, f"{held} The candidate was not pushed.")
    version = f" as version {run.push.version}" if run.push.version else ""
    return Verdict(Outcome.PUSHED, f"{held} The candidate was pushed{version} to {run.push.destination}.")


def _refused(run: RunRecord) -> Verdict:
    failures = run.evaluation.failures if run.evaluation else ()
    broken = "1 threshold" if len(failures) == 1 else f"{len(failures) or 'unrecorded'} thresholds"
    sentence = f"The candidate was not blessed: {broken} did not hold. {NOTHING_PUSHED}"
    return Verdict(Outcome.REFUSED, sentence, tuple(failure_sentence(failure) for failure in failures))


def _beside(run: RunRecord) -> str:
    if run.evaluation is None:
        return "."
    if run.evaluation.has_baseline:
        return ", compared with the serving model."
    return ". No model served before, so there was none to compare with."


def failure_sentence(failure: Failure) -> str:
    """What was found and what was asked, with numbers."""
    place = f" on {slice_text(failure.slice)}" if failure.slice else ""
    subject = f"{failure.output}: {style_of(failure.metric).title}{place}"
    if failure.score.number is None:
        found = f"is undefined ({failure.score.why})"
    elif failure.is_change:
        found = f"changed by {numbers.signed(failure.score.number)} from the serving model"
    else:
        found = f"is {numbers.measure(failure.score.number)}"
    return f"{subject} {found}; asked for {failure.bound}."


def slice_text(where: Slice) -> str:
    """A slice for a person: `payment = Cash`, or all rows."""
    return ", ".join(f"{column} = {value or '(empty)'}" for column, value in where) or "all rows"
