"""Which days' rows a run reads."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Final

from components.errors import UnusableInputError

__all__ = ["EPOCH", "day_problems", "days_read"]

EPOCH: Final = datetime.date(1970, 1, 1)  # Day 0 of a pattern with dates.

_NUM_NAMED: Final = 31  # How many days a message names.


def day_problems(run_date: str | None) -> list[str]:
    """What is wrong with a run date."""
    try:
        is_sound = run_date is None or datetime.date.fromisoformat(run_date).isoformat() == run_date
    except ValueError:
        is_sound = False
    return [] if is_sound else [f"`run_date` must be a date such as 2026-01-31, got {run_date!r}."]


def days_read(path: str, found: Collection[int], *, run_date: str, window_days: int | None) -> frozenset[int]:
    """The days of a run, as days from 1970.

    Args:
        path: The pattern by which files were looked for, for the message.
        found: Days of which there is a file.
        run_date: The newest day; days after it are left out, so that a backfill sees what a run on that day saw.
        window_days: So many days until then, all of which must be there; None takes every day until then, of which
            the newest must be there.

    Raises:
        UnusableInputError: A day is missing: training on older rows alone would pass for training on today's.
    """
    newest = (datetime.date.fromisoformat(run_date) - EPOCH).days
    wanted = range(newest - (window_days or 1) + 1, newest + 1)
    missing = [day for day in wanted if day not in found]
    if missing:
        raise UnusableInputError([_said(path, missing, run_date=run_date, window_days=window_days)])
    return frozenset(wanted) if window_days else frozenset(day for day in found if day <= newest)


def _said(path: str, missing: list[int], *, run_date: str, window_days: int | None) -> str:
    named = ", ".join((EPOCH + datetime.timedelta(days=day)).isoformat() for day in missing[:_NUM_NAMED])
    more = f" and {len(missing) - _NUM_NAMED} more" if len(missing) > _NUM_NAMED else ""
    need = f"all {window_days} days up to" if window_days else "the day of"
    return (
        f"no file is found by `{path}` for {named}{more}, and the run needs {need} {run_date}. Wait until they are "
        "there, or run for another date by --run-date."
    )
