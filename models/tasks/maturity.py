"""When a label is old enough to be believed: rows whose window is open, and labels as they are when it closes."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

import numpy as np

from models.expression import Column
from models.heads import Binary, HeadConfig, ZeroInflatedLognormal

__all__ = ["Window", "delay_us", "label_at_close", "maturity_problems"]

_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_UNIT_S: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PER_SECOND: Final = 1_000_000
_LONGEST_S: Final = 100 * 366 * _UNIT_S["d"]  # Times of four-digit years and this delay fit in 64 bits.
_ZERO_IS_NOTHING: Final = (Binary, ZeroInflatedLognormal)  # Kinds whose label is 0 until something comes.


@dataclasses.dataclass(frozen=True)
class Window:
    """One task's label in some rows, as it is when each row's window closes.

    A row's window is open while its event is younger than the task's delay. Its label is then not known, whatever it
    is: a positive may have come, but no negative can be told from a positive that has yet to come, so to count what
    has come would make the rate of the newest rows 1, and to count the rest as negative would make it too low. For the
    same reason a positive that came after the window closed counts as negative: an older row has had more time than a
    newer one, and all are to be judged by the same.

    Attributes:
        label: The judged label.
        is_open: `[rows]`: not yet mature.
        late: `[rows]`: mature and positive, but only after the window closed; the judged label is 0.
        untimed: `[rows]`: mature and positive, but it is not known since when; the judged label is not known.
        early: `[rows]`: positive before the event; taken as in time.
    """

    label: Column
    is_open: np.ndarray
    late: np.ndarray
    untimed: np.ndarray
    early: np.ndarray


def delay_us(text: str) -> int:
    """Microseconds of a delay such as 7d; raises `ValueError` if it is none, 0 or over a hundred years."""
    match = _DELAY.fullmatch(text)
    seconds = float(match[1]) * _UNIT_S[match[2]] if match else 0.0
    if not 1 / _PER_SECOND <= seconds <= _LONGEST_S:
        raise ValueError(
            f"must be a number above 0 and a unit, s, m, h, d or w, such as 7d, and at most 36600d, got {text!r}."
        )
    return round(seconds * _PER_SECOND)


def label_at_close(label: Column, *, event: Column, came: Column | None, delay: int, as_of: int | None) -> Window:
    """Judges the labels of one task.

    Args:
        label: As evaluated.
        event: When each row's event was, in microseconds from 1970; a row without one is taken as open.
        came: When each row's label came, likewise; None for a task whose mature labels are taken as they are.
        delay: How long a window is open, in microseconds: a row of just this age is mature.
        as_of: The moment at which ages are told, in microseconds from 1970; None leaves every window open.
    """
    is_closed = event.known & (event.values + delay <= as_of) if as_of is not None else np.zeros_like(event.known)
    positive = label.known & (label.values != 0)
    late = untimed = early = np.zeros_like(event.known)
    if came is not None:
        lag = np.where(came.known & event.known, came.values - event.values, 0)
        late = is_closed & positive & (lag > delay)
        untimed = is_closed & positive & ~came.known
        early = positive & (lag < 0)
    judged = Column(np.where(late, 0.0, label.values), label.known & is_closed & ~untimed)
    return Window(judged, ~is_closed, late, untimed, early)


def maturity_problems(
    matures_after: str | None, label_time: str | None, *, kind: HeadConfig, kept_negatives: float
) -> list[str]:
    """What is wrong with what a task declares of its delay, one sentence each."""
    if matures_after is None:
        return [] if label_time is None else ["`label_time` needs `matures_after`: write the delay, such as 7d."]
    problems = []
    try:
        delay_us(matures_after)
    except ValueError as error:
        problems.append(f"`matures_after` {error}")
    has_nothing = isinstance(kind, _ZERO_IS_NOTHING)
    if label_time == "":
        problems.append("`label_time` must be a column's name, got ''.")
    if has_nothing and label_time is None:
        problems.append(
            f"`matures_after` of a {kind.name} task needs `label_time`, the column that tells when a label came: one "
            "that came after the delay counts as negative."
        )
    if not has_nothing and label_time is not None:
        kinds = " and ".join(known.name for known in _ZERO_IS_NOTHING)
        problems.append(
            f"`label_time` is for {kinds} tasks, whose label is 0 where nothing came, got it with {kind.name}: "
            "leave it out."
        )
    if kept_negatives < 1:
        problems.append(
            f"`matures_after` must be left out with `kept_negatives`, got both: which rows were negative when the "
            f"{kept_negatives:g} of them were kept is not known. Keep all rows of a task that waits for its labels."
        )
    return problems
