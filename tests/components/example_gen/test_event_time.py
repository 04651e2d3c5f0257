"""When events were, as declared."""

import pytest

from components.example_gen import DataConfig, EventTime, Format, HashSplit, TimeSplit, TimeUnit
from models.errors import ConfigError

DAY_US = 86_400 * 1_000_000


@pytest.mark.parametrize(
    ("unit", "as_of", "moment"),
    [
        (TimeUnit.ISO, "1970-01-02", DAY_US),
        (TimeUnit.ISO, "1970-01-02T01:00+01:00", DAY_US),
        (TimeUnit.SECONDS, 86_400, DAY_US),
        (TimeUnit.MILLISECONDS, 86_400_000.5, DAY_US + 500),
        (TimeUnit.MICROSECONDS, 7, 7),
        (TimeUnit.SECONDS, "1970-01-02", DAY_US),
        (TimeUnit.SECONDS, None, None),
    ],
)
def test_a_moment_is_written_like_the_column_or_as_a_date(unit, as_of, moment):
    assert EventTime(column="at", unit=unit, as_of=as_of).as_of_us == moment


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"column": ""}, "`column` must be a column's name, got ''."),
        ({"as_of": "soon"}, "`as_of` must be an ISO date or date and time, as `unit` is, got 'soon'."),
        ({"as_of": 1.7e9}, "`as_of` must be an ISO date or date and time, as `unit` is, got 1700000000.0."),
        (
            {"as_of": "1700000000"},
            "`as_of` must be an ISO date or date and time, as `unit` is, got '1700000000'.",
        ),
        (
            {"as_of": 1.7e12, "unit": TimeUnit.SECONDS},
            "`as_of` must be an ISO date or date and time or a number of s, got 1700000000000.0.",
        ),
        (
            {"as_of": float("nan"), "unit": TimeUnit.MILLISECONDS},
            "`as_of` must be an ISO date or date and time or a number of ms, got nan.",
        ),
    ],
)
def test_what_is_no_time_is_refused(given, message):
    with pytest.raises(ConfigError) as error:
        EventTime(**{"column": "at"} | given)
    assert list(error.value.problems) == [message]


@pytest.mark.parametrize(
    ("split", "event_time", "clock"),
    [
        (TimeSplit(column="day", eval_from="2026-01-01"), None, EventTime(column="day")),
        (TimeSplit(column="day", eval_from="2026-01-01"), EventTime(column="at"), EventTime(column="at")),
        (TimeSplit(column="day", eval_from=5.0), None, None),  # Of what unit it is nobody said.
        (HashSplit(eval_share=0.5), None, None),
    ],
)
def test_a_split_by_iso_times_tells_the_age_of_rows_too(split, event_time, clock):
    data = DataConfig(format=Format.PARQUET, path="x", split=split, event_time=event_time)
    assert data.clock == clock


def test_an_event_time_that_the_declared_columns_lack_is_refused():
    with pytest.raises(ConfigError, match="`event_time` reads `at`, which is not among the declared `columns`"):
        DataConfig(
            format=Format.CSV,
            path="x",
            columns=("a", "b"),
            split=HashSplit(eval_share=0.5),
            event_time=EventTime(column="at"),
        )
