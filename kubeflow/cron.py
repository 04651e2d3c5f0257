"""A schedule in a time zone, as Kubeflow Pipelines wants it: six fields, in UTC."""

from __future__ import annotations

import dataclasses
import datetime
import re
import zoneinfo
from typing import Final

from models.errors import ConfigError

__all__ = ["Schedule", "utc_schedule"]

_MINUTES_A_DAY: Final = 24 * 60
_NUMBER: Final = re.compile(r"\d{1,2}")
_DAYS_OF_WEEK: Final = re.compile(r"[0-7](-[0-7])?(,[0-7](-[0-7])?)*")  # Sunday is 0, and 7.


@dataclasses.dataclass(frozen=True)
class Schedule:
    """When runs begin.

    Attributes:
        cron: Seconds, minute, hour, day of the month, month, day of the week, all in UTC.
        warning: What the schedule cannot say; empty where it says all.
    """

    cron: str
    warning: str = ""


def utc_schedule(cron: str, time_zone: str, *, today: datetime.date) -> Schedule:
    """The UTC form of a daily or weekly schedule, by the zone's offset of `today`.

    Args:
        cron: Minute, hour, day of the month, month and day of the week, such as `30 3 * * 1-5`; minute and hour are
            numbers, day of the month and month are `*`.
        time_zone: Of these, such as Europe/Berlin.
        today: Whose offset counts.

    Raises:
        ConfigError: It is none, or no zone of that name is known.
    """
    fields = cron.split()
    problems = _problems(fields, cron)
    try:
        zone = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        problems.append(f"`--time-zone` must be a zone such as Europe/Berlin, got {time_zone!r}.")
    if problems:
        raise ConfigError("schedule", problems)
    local = int(fields[1]) * 60 + int(fields[0])
    offset = _offset_minutes(zone, today)
    days, minute = divmod(local - offset, _MINUTES_A_DAY)
    found = f"0 {minute % 60} {minute // 60} * * {_moved(fields[4], days)}"
    return Schedule(found, _daylight_saving(zone, time_zone, today, offset))


def _problems(fields: list[str], cron: str) -> list[str]:
    wanted = "a minute, an hour, `* *` and days of the week, such as `30 3 * * 1-5` or `0 3 * * *`"
    whole = f"`--cron` must be {wanted}, got {cron!r}: Kubeflow knows no time zone, and only these can be told in UTC."
    if len(fields) != 5:
        return [whole]
    minute, hour, day, month, weekdays = fields
    numbers = _NUMBER.fullmatch(minute) and _NUMBER.fullmatch(hour) and int(minute) < 60 and int(hour) < 24
    is_known = weekdays == "*" or (_DAYS_OF_WEEK.fullmatch(weekdays) and all(map(len, _ranges(weekdays))))
    return [] if numbers and (day, month) == ("*", "*") and is_known else [whole]


def _ranges(weekdays: str) -> list[range]:
    ends = [part.partition("-") for part in weekdays.split(",")]
    return [range(int(first), int(last or first) + 1) for first, _, last in ends]


def _moved(weekdays: str, days: int) -> str:
    """The days of the week, `days` later, as Kubeflow takes them: it knows Sunday as 0 alone."""
    if weekdays == "*":
        return weekdays
    named = {(day + days) % 7 for one in _ranges(weekdays) for day in one}
    return ",".join(map(str, sorted(named)))


def _offset_minutes(zone: zoneinfo.ZoneInfo, date: datetime.date) -> int:
    noon = datetime.datetime.combine(date, datetime.time(12), tzinfo=zone)
    offset = noon.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _daylight_saving(zone: zoneinfo.ZoneInfo, name: str, today: datetime.date, offset: int) -> str:
    """A sentence on when the local time of the runs will move, if it does within a year."""
    for days in range(1, 366):
        date = today + datetime.timedelta(days=days)
        if _offset_minutes(zone, date) != offset:
            minutes = _offset_minutes(zone, date) - offset
            way = "later" if minutes > 0 else "earlier"
            return (
                f"Kubeflow's schedule is in UTC: from {date} on, when {name} changes its clocks, runs begin "
                f"{abs(minutes)} minutes {way} by the clock there. Schedule again after that day."
            )
    return ""
