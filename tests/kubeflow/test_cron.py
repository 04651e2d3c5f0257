"""Schedules in a time zone are told to Kubeflow in UTC."""

import datetime

import pytest

from kubeflow.cron import utc_schedule
from models.errors import ConfigError

WINTER, SUMMER = datetime.date(2026, 1, 15), datetime.date(2026, 7, 15)


@pytest.mark.parametrize(
    ("cron", "zone", "today", "expected"),
    [
        ("30 3 * * *", "UTC", WINTER, "0 30 3 * * *"),
        ("30 3 * * *", "Europe/Berlin", WINTER, "0 30 2 * * *"),
        ("30 3 * * *", "Europe/Berlin", SUMMER, "0 30 1 * * *"),
        ("0 1 * * 1-5", "Europe/Berlin", SUMMER, "0 0 23 * * 0,1,2,3,4"),  # The evening before: Sunday to Thursday.
        ("0 20 * * 6", "America/New_York", WINTER, "0 0 1 * * 0"),  # The morning after: Sunday.
        ("0 20 * * 7", "America/New_York", WINTER, "0 0 1 * * 1"),
        ("0 3 * * 7", "UTC", WINTER, "0 0 3 * * 0"),  # Kubeflow's cron knows no seventh day.
        ("0 3 * * 1-3,5-7", "UTC", WINTER, "0 0 3 * * 0,1,2,3,5,6"),
        ("15 0 * * *", "Asia/Kolkata", WINTER, "0 45 18 * * *"),
    ],
)
def test_a_local_time_becomes_the_same_moment_in_utc(cron, zone, today, expected):
    assert utc_schedule(cron, zone, today=today).cron == expected


def test_a_change_of_clocks_is_warned_of_with_its_day():
    said = utc_schedule("30 3 * * *", "Europe/Berlin", today=WINTER).warning
    assert said == (
        "Kubeflow's schedule is in UTC: from 2026-03-29 on, when Europe/Berlin changes its clocks, runs begin "
        "60 minutes later by the clock there. Schedule again after that day."
    )
    assert "from 2026-10-25 on" in utc_schedule("30 3 * * *", "Europe/Berlin", today=SUMMER).warning
    assert not utc_schedule("30 3 * * *", "Asia/Kolkata", today=WINTER).warning


@pytest.mark.parametrize(
    "cron", ["3 * * *", "*/5 3 * * *", "0 24 * * *", "60 3 * * *", "0 3 1 * *", "0 3 * * MON", "0 3 * * 5-1"]
)
def test_what_cannot_be_told_in_utc_is_refused(cron):
    with pytest.raises(ConfigError, match=r"`--cron` must be a minute, an hour, .* only these can be told in UTC\."):
        utc_schedule(cron, "UTC", today=WINTER)


def test_an_unknown_zone_is_refused_together_with_a_wrong_cron():
    with pytest.raises(ConfigError) as caught:
        utc_schedule("always", "Europe/Atlantis", today=WINTER)
    assert len(caught.value.problems) == 2
    assert "`--time-zone` must be a zone such as Europe/Berlin, got 'Europe/Atlantis'." in str(caught.value)
