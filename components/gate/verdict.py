"""Whether sharing a network helps: the candidate against one network a task, as one of five words."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Mapping, Sequence

from components.comparison.cell import Cell, Comparison, Reference, Slice, Status
from components.comparison.estimate import Estimate
from components.gate.gain import gain_of, relative_gain
from components.gate.metrics import Metric
from components.gate.policy import Policy

__all__ = ["Change", "TaskChange", "Verdict", "Word", "verdicts_of", "word_of"]


class Change(enum.Enum):
    """Which way a task went against its twin; the interval is the dead-band."""

    UP = "up"
    FLAT = "flat"  # The interval holds 0.
    DOWN = "down"
    UNKNOWN = "unknown"  # Not measured, or on too few rows.


class Word(enum.Enum):
    """What sharing did to the main tasks."""

    WELL_DONE = "well done"  # All are up.
    GOOD = "good"  # None is down, at least one is up.
    SEESAW = "seesaw"  # One is down and another is not.
    NEGATIVE_TRANSFER = "negative transfer"  # All are down.
    UNDECIDED = "undecided"  # None is up or down, or one is not known.


@dataclasses.dataclass(frozen=True, kw_only=True)
class TaskChange:
    """One main task, or fused score, against its twin.

    Attributes:
        task: Its name.
        metric: By which it is judged.
        change: Which way it went.
        gain: Multi-task gain: by how much it is better, in the metric's units; None where it is not measured.
        low: Lower end of its two-sided interval.
        high: Upper end.
        relative: The gain as a share of the twin's value, of AUC and GAUC of what that exceeds 0.5 by.
        reason: Why the change is unknown; else empty.
    """

    task: str
    metric: Metric
    change: Change
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    relative: float | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What sharing did on some rows.

    Attributes:
        slice: Columns and values; empty: all rows.
        word: Over the main tasks.
        confidence: Of the intervals, two-sided, each by itself.
        tasks: Each main task.
        delta_m: Mean of the relative gains; None where one is not measured.
        delta_m_low: Lower end of its interval, which is rather too wide: how the tasks' errors hang together is not
            known, so they are taken to hang together wholly.
        delta_m_high: Upper end.
        scores: Each fused score against the same formula over the twins; they are no part of the word.
    """

    slice: Slice
    word: Word
    confidence: float
    tasks: tuple[TaskChange, ...]
    delta_m: float | None = None
    delta_m_low: float | None = None
    delta_m_high: float | None = None
    scores: tuple[TaskChange, ...] = ()


def word_of(changes: Sequence[Change]) -> Word:
    """The word for a pattern of changes; a task that is flat counts as not down.

    Source: the four states in which a survey of multi-task CTR estimation sums up what sharing does to tasks; undecided
        is added, for rows that do not tell.
    """
    if not changes or Change.UNKNOWN in changes:
        return Word.UNDECIDED
    if all(change is Change.UP for change in changes):
        return Word.WELL_DONE
    if all(change is Change.DOWN for change in changes):
        return Word.NEGATIVE_TRANSFER
    if Change.DOWN in changes:
        return Word.SEESAW
    return Word.GOOD if Change.UP in changes else Word.UNDECIDED


def verdicts_of(policy: Policy, comparison: Comparison) -> tuple[Verdict, ...]:
    """For all rows, then each slice that was compared with the twins; none where there are no twins."""
    asked = policy.verdict_metrics | policy.verdict_scores
    wanted = {(name, metric.value) for name, metric in asked.items()}
    cells = [
        cell for cell in comparison.cells if cell.against is Reference.TWINS and (cell.output, cell.metric) in wanted
    ]
    places: dict[Slice, dict[str, Cell]] = {}
    for cell in cells:
        places.setdefault(cell.slice, {})[cell.output] = cell
    ordered = sorted(places, key=bool)  # All rows first; the rest as they came.
    return tuple(_verdict(place, places[place], policy) for place in ordered)


def _verdict(place: Slice, by_task: Mapping[str, Cell], policy: Policy) -> Verdict:
    confidence = policy.gate.confidence
    tasks, scores = (
        tuple(_task_change(name, metric, cell=by_task.get(name), confidence=confidence) for name, metric in own.items())
        for own in (policy.verdict_metrics, policy.verdict_scores)
    )
    known = [_known(by_task.get(task)) for task in policy.verdict_metrics]
    relative = [
        relative_gain(cell, metric) if cell is not None else None
        for cell, metric in zip(known, policy.verdict_metrics.values(), strict=True)
    ]
    mean = _mean([share for share in relative if share is not None]) if None not in relative else None
    ends = _ends(mean, confidence) if mean is not None else (None, None)
    return Verdict(
        slice=place,
        word=word_of([task.change for task in tasks]),
        confidence=confidence,
        tasks=tasks,
        delta_m=mean.value if mean is not None else None,
        delta_m_low=ends[0],
        delta_m_high=ends[1],
        scores=scores,
    )


def _task_change(task: str, metric: Metric, *, cell: Cell | None, confidence: float) -> TaskChange:
    known = _known(cell)
    if known is None:
        reason = "it was not compared" if cell is None else cell.reason or cell.status.value
        return TaskChange(task=task, metric=metric, change=Change.UNKNOWN, reason=reason)
    gain = gain_of(known, metric)
    low, high = _ends(gain, confidence)
    change = Change.UP if low > 0 else Change.DOWN if high < 0 else Change.FLAT
    relative = relative_gain(known, metric)
    share = relative.value if relative is not None else None
    return TaskChange(task=task, metric=metric, change=change, gain=gain.value, low=low, high=high, relative=share)


def _ends(estimate: Estimate, confidence: float) -> tuple[float, float]:
    """Of its interval, widened by what its approximation may be off."""
    low, high = estimate.interval(confidence)
    return low - estimate.approximation, high + estimate.approximation


def _known(cell: Cell | None) -> Cell | None:
    """A cell whose interval can be trusted."""
    if cell is None or cell.status is not Status.MEASURED or cell.difference is None:
        return None
    numbers = (cell.difference.value, cell.difference.std_error)
    return cell if all(math.isfinite(number) for number in numbers) else None


def _mean(shares: Sequence[Estimate]) -> Estimate | None:
    """Of several, their errors added up as if they always went the same way: an upper bound of the mean's."""
    if not shares:
        return None
    count = len(shares)
    return Estimate(
        value=sum(share.value for share in shares) / count,
        std_error=sum(share.std_error for share in shares) / count,
        dof=min(share.dof for share in shares),
        approximation=sum(share.approximation for share in shares) / count,
    )
