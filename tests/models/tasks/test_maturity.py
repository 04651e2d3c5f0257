"""Delays, and labels as they are when the windows of their rows close."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from models.expression import Column
from models.heads import Binary, Regression, ZeroInflatedLognormal
from models.tasks import Task
from models.tasks.maturity import delay_us, label_at_close

DELAY = 10
BUY = {"name": "buy", "kind": Binary(), "label": "b", "matures_after": "7d", "label_time": "bought_at"}

moments = st.integers(-50, 50)
rows = st.tuples(st.sampled_from([None, 0.0, 1.0]), st.none() | moments, st.none() | moments)


def column(cells, dtype=np.int64):
    return Column(
        np.array([0 if cell is None else cell for cell in cells], dtype), np.array([c is not None for c in cells])
    )


def close(table, as_of):
    labels, events, came = zip(*table, strict=True)
    return label_at_close(column(labels, float), event=column(events), came=column(came), delay=DELAY, as_of=as_of)


def judged(row, as_of):
    """One row in words: its label when its window closes; None where that is not known."""
    label, event, came = row
    if label is None or event is None or as_of - event < DELAY:
        return None
    if label == 0:
        return 0.0
    return None if came is None else float(came - event <= DELAY)


@given(st.lists(rows, min_size=1, max_size=20), moments)
def test_labels_are_what_a_row_at_a_time_says(table, as_of):
    window = close(table, as_of)
    wanted = [judged(row, as_of) for row in table]
    np.testing.assert_array_equal(window.label.known, [label is not None for label in wanted])
    known = window.label.known
    np.testing.assert_array_equal(window.label.values[known], [label for label in wanted if label is not None])
    np.testing.assert_array_equal(window.is_open, [event is None or as_of - event < DELAY for _, event, _ in table])
    assert not (known & (window.is_open | window.untimed)).any()
    assert not (window.label.values * known)[window.late].any()


@given(st.lists(rows, min_size=1, max_size=20), moments, st.integers(0, 30))
def test_an_earlier_cut_off_opens_rows_and_changes_no_label_of_the_others(table, as_of, by):
    later, earlier = close(table, as_of), close(table, as_of - by)
    assert not (later.is_open & ~earlier.is_open).any()
    closed = ~earlier.is_open
    np.testing.assert_array_equal(later.label.known[closed], earlier.label.known[closed])
    np.testing.assert_array_equal(later.label.values[closed], earlier.label.values[closed])


def test_a_row_is_mature_and_a_positive_in_time_at_just_the_delay():
    #        mature at 100?  in time?        the label
    table = [(1.0, 90, 100), (1.0, 91, 92), (1.0, 80, 91), (1.0, 80, None), (1.0, 80, 79), (0.0, 91, None)]
    window = close(table, 100)
    assert window.is_open.tolist() == [False, True, False, False, False, True]
    assert window.late.tolist() == [False, False, True, False, False, False]
    assert window.untimed.tolist() == [False, False, False, True, False, False]
    assert window.early.tolist() == [False, False, False, False, True, False]
    assert (window.label.values * window.label.known).tolist() == [1, 0, 0, 0, 1, 0]
    assert window.label.known.tolist() == [True, False, True, False, True, False]


def test_a_mature_number_is_taken_as_it_is_and_no_row_is_mature_at_no_time():
    label, event = column([2.5, -1.0], float), column([90, 91])
    window = label_at_close(label, event=event, came=None, delay=DELAY, as_of=100)
    assert (window.label.values.tolist(), window.label.known.tolist()) == ([2.5, -1.0], [True, False])
    assert label_at_close(label, event=event, came=None, delay=DELAY, as_of=None).is_open.all()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1.5m", 90), ("36h", 129_600), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_a_delay_is_a_number_and_a_unit(text, seconds):
    assert delay_us(text) == seconds * 1_000_000
    assert Task(**BUY | {"matures_after": text}).delay_us == seconds * 1_000_000


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7 d", "7days", "7M", "0d", "0.0000001s", "9e9d", "99999w"])
def test_what_is_no_delay_is_refused(text):
    message = (
        "task 'buy': `matures_after` must be a number above 0 and a unit, s, m, h, d or w, such as 7d, and at most "
        f"36600d, got {text!r}."
    )
    with pytest.raises(ConfigError) as error:
        Task(**BUY | {"matures_after": text})
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"matures_after": None}, "`label_time` needs `matures_after`: write the delay, such as 7d."),
        (
            {"label_time": None},
            "`matures_after` of a binary task needs `label_time`, the column that tells when a label came: one that "
            "came after the delay counts as negative.",
        ),
        ({"label_time": ""}, "`label_time` must be a column's name, got ''."),
        (
            {"kind": Regression()},
            "`label_time` is for binary and zero_inflated_lognormal tasks, whose label is 0 where nothing came, got it "
            "with regression: leave it out.",
        ),
        (
            {"kept_negatives": 0.5},
            "`matures_after` must be left out with `kept_negatives`, got both: which rows were negative when the 0.5 "
            "of them were kept is not known. Keep all rows of a task that waits for its labels.",
        ),
    ],
)
def test_what_contradicts_a_delay_is_refused(changes, message):
    with pytest.raises(ConfigError) as error:
        Task(**BUY | changes)
    assert error.value.problems == (message,) or list(error.value.problems) == [message]


def test_tasks_of_other_kinds_may_wait_too():
    spend = Task(**BUY | {"kind": ZeroInflatedLognormal()})
    dwell = dataclasses.replace(spend, kind=Regression(), label_time=None)
    assert spend.delay_us == dwell.delay_us == 7 * 86_400 * 1_000_000
