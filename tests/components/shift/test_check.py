"""What there is nothing to measure against is said; a run's own statistics come back with the version it pushed."""

import os

import pytest

from components.example_gen.source import DataConfig, Format
from components.example_gen.split import HashSplit
from components.shift.config import DriftConfig, SkewConfig
from components.shift.plan import ShiftPlan
from components.shift.report import LEARNED_FROM, ShiftReport, ShiftStatus, parse_shift, shift_text
from models.errors import ConfigError
from models.expression import ColumnType

DATA = DataConfig(format=Format.CSV, path="rows.csv", split=HashSplit(eval_share=0.5))
COLUMNS = {"city": ColumnType.STRING, "price": ColumnType.NUMBER, "user": ColumnType.STRING}


def plan(**shifts):
    return ShiftPlan(columns=COLUMNS, read=("city", "price"), data=DATA, **shifts)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_drift_is_measured_from_the_statistics_beside_the_served_version(statistics, tmp_path):
    from components.shift.check import Served, check_shift

    asked = plan(drift=DriftConfig(default=0.2, columns={"user": 0.5}))
    now = statistics(city=[b"a"] * 6 + [b"b"] * 4, price=[1.0, 2.0] * 5, user=[b"u"] * 10)
    then = statistics(city=[b"a"] * 10, price=[1.0, 2.0] * 5, user=[b"u"] * 10)
    first = check_shift(asked, now, Served(folder=None, name="nothing serves yet", nothing_serves=True)).drift
    assert (first.status, first.reason) == (ShiftStatus.NOTHING_SERVES, "nothing serves yet")
    old = check_shift(asked, now, Served(folder=str(tmp_path), name="7")).drift
    assert old.status is ShiftStatus.NO_STATISTICS
    assert old.reason == "version 7 serves, but was pushed without the statistics of its train rows"

    path = tmp_path / LEARNED_FROM
    os.makedirs(path.parent)
    path.write_bytes(then.SerializeToString())
    found = check_shift(asked, now, Served(folder=str(tmp_path), name="7"))
    assert found.drift.status is ShiftStatus.MEASURED
    assert {column.column: (column.distance, column.is_beyond) for column in found.drift.columns} == {
        "city": (pytest.approx(0.4), True), "price": (0.0, False), "user": (0.0, False),
    }  # fmt: skip
    assert found.skew is None
    assert parse_shift(shift_text(found)) == found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_skew_is_measured_from_logged_requests(statistics, tmp_path):
    from components.shift.check import check_shift

    now = statistics(city=[b"a"] * 5 + [b"b"] * 5, price=[1.0, 2.0] * 5)
    asked = plan(skew=SkewConfig(rows=str(tmp_path / "*.csv"), columns={"city": 0.1}))
    missing = check_shift(asked, now, None).skew
    assert missing.status is ShiftStatus.NO_ROWS
    assert "no file is found by" in missing.reason
    (tmp_path / "log.csv").write_text("city\n" + "a\n" * 9 + "b\n")
    found = check_shift(asked, now, None)
    assert found.drift is None
    (city,) = found.skew.columns
    assert (city.column, city.is_beyond) == ("city", True)
    assert city.distance == pytest.approx(0.4)


def test_thresholds_of_columns_go_before_the_default():
    drift = DriftConfig(default=0.2, columns={"price": 0.5})
    assert drift.thresholds(("city", "price")) == {"city": 0.2, "price": 0.5}
    assert DriftConfig(columns={"price": 0.5}).thresholds(("city", "price")) == {"price": 0.5}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"default": -0.1}, "`default` must be at least 0 and below 1, got -0.1: no distance is ever above 1."),
        ({"columns": {"a": 1.0}}, "`columns` must hold distances at least 0 and below 1, got 1.0 for 'a'"),
        ({}, "`default` must be a distance where `columns` names none"),
    ],
)
def test_thresholds_that_mean_nothing_are_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        DriftConfig(**given)
    with pytest.raises(ConfigError, match=message):
        SkewConfig(rows="log.csv", **given)


def test_a_plan_survives_its_json():
    given = plan(drift=DriftConfig(default=0.1), skew=SkewConfig(rows="log.csv", default=0.1, format=Format.PARQUET))
    assert ShiftPlan.from_json(given.to_json()) == given


def test_an_empty_report_survives_too():
    assert parse_shift(shift_text(ShiftReport())) == ShiftReport()
