"""Thresholds of columns that nothing reads, or that mean nothing, each with its place."""

import pytest

from components.parity.config import Process
from components.shift.config import Beyond
from pipeline.errors import ConfigFileError

RULE = "{output: click, metric: auc, min: 0.5}"


def gate(line):
    return (RULE, f"{RULE}\n  {line}")


REFUSED = {
    "an_unknown_column": (
        "drift: {columns: {itme: 0.1}}",
        "26:21: gate.drift.columns: no feature, slice or group reads a column `itme`. Did you mean `item`?",
    ),
    "a_column_that_only_labels_read": (
        "skew: {rows: log.csv, columns: {clicked: 0.1}}",
        "26:35: gate.skew.columns: no feature, slice or group reads a column `clicked`.",
    ),
    "a_negative_threshold": (
        "drift: {default: -0.1}",
        r"26:20: gate.drift: `default` must be at least 0 and below 1, got -0.1: no distance is ever above 1.",
    ),
    "a_negative_threshold_of_a_column": (
        "drift: {columns: {item: -0.1}}",
        "26:20: gate.drift: `columns` must hold distances at least 0 and below 1, got -0.1 for 'item'",
    ),
    "no_threshold_at_all": (
        "drift: {beyond: block}",
        "26:10: gate.drift: `default` must be a distance where `columns` names none: 0.1 is a start.",
    ),
    "an_unknown_consequence": (
        "drift: {default: 0.1, beyond: stop}",
        "26:33: gate.drift.beyond: must be one of the known names, got 'stop'. Known: `block`, `warn`.",
    ),
    "skew_from_nowhere": ("skew: {default: 0.1}", "26:9: gate.skew: `rows` is missing"),
    "no_row_of_skew": (
        "skew: {default: 0.1, rows: log.csv, max_rows: 0}",
        "26:49: gate.skew: `max_rows` must be positive, got 0.",
    ),
    "a_golden_batch_without_rows": (
        "parity: {rows: 0}",
        "26:18: gate.parity: `rows` must be between 1 and 256, got 0.",
    ),
}  # Columns and lines are those of tests/pipeline/config/conftest.py.


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_watched_is_refused_at_its_place(load, name):
    text, message = REFUSED[name]
    with pytest.raises(ConfigFileError) as error:
        load(gate(text))
    ((mark, said),) = error.value.located
    assert f"{mark}: {said}".startswith(message)


def test_everything_wrong_comes_in_one_error(load):
    with pytest.raises(ConfigFileError) as error:
        load(gate("drift: {columns: {a: 0.1, b: 0.1}}\n  skew: {rows: l.csv, columns: {c: 0.1}}"))
    assert [mark for mark, _ in error.value.located] == ["26:21", "26:29", "27:33"]


def test_thresholds_are_read_and_columns_of_slices_may_have_one(load):
    config = load(
        gate("drift: {default: 0.1, columns: {user: 0.3}, beyond: block}\n  parity: {process: same}"),
        ("served\n", "served\nevaluation: {slices: [[user]]}\n"),
    )
    assert config.gate.drift.beyond is Beyond.BLOCK
    assert config.gate.drift.thresholds(tuple(config.input_columns)) == {"item": 0.1, "price": 0.1, "user": 0.3}
    assert (config.gate.parity.process, config.gate.skew) == (Process.SAME, None)
