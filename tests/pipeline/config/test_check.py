"""A task that waits for its labels, and the times it needs, as they are declared."""

import pytest

from components.example_gen import EventTime, TimeUnit
from pipeline.config.describe import describe
from pipeline.errors import ConfigFileError

SPLIT = "split: {by: hash, eval_share: 0.2, columns: [user]}\n"
TIMED = f"{SPLIT}  event_time: {{column: user, unit: ms, as_of: 2026-01-31}}\n"
BUY = 'label: bought == "yes"\n'
WAITING = f"{BUY}    matures_after: 7d\n    label_time: item\n"
NO_ITEM = ("item: {kind: categorical, top_k: 100, dim: 4}\n  ", "")


@pytest.fixture
def refused(load):
    def run(*replacements):
        with pytest.raises(ConfigFileError) as error:
            load(*replacements)
        return [f"{mark}: {message}" for mark, message in error.value.located]

    return run


def test_each_column_of_time_is_declared_once(load):
    config = load((SPLIT, TIMED), (BUY, WAITING), NO_ITEM)
    assert config.data.event_time == EventTime(column="user", unit=TimeUnit.MILLISECONDS, as_of="2026-01-31")
    (task,) = config.graph.waiting
    assert (task.matures_after, task.label_time) == ("7d", "item")
    assert "item" not in config.kept_columns
    assert (
        '  buy: binary, bought == "yes", on positives of click, by product, known 7d after its event'
        in describe(config).splitlines()
    )


def test_a_delay_without_an_event_time_is_refused_at_its_place(refused):
    assert refused((BUY, WAITING), NO_ITEM) == [
        "15:20: tasks.1: `matures_after` needs `data.event_time`, got none: name the column that tells when each event "
        "was."
    ]


def test_an_event_time_that_no_task_reads_is_refused(refused):
    assert refused((SPLIT, TIMED)) == [
        "6:15: data: `event_time` is read by no task: declare `matures_after` of a task, or leave it out."
    ]


def test_columns_of_time_must_be_in_the_data(refused):
    found = refused(
        (SPLIT, TIMED.replace("user,", "usr,").replace("column: user", "column: usr")),
        (BUY, WAITING.replace("item", "itm")),
    )
    assert found == [
        "6:15: data.event_time: the data has no column `usr`. Did you mean `user`?",
        "18:17: tasks.1.label_time: the data has no column `itm`. Did you mean `item`?",
    ]


def test_the_time_of_a_label_is_no_input(refused):
    assert refused((SPLIT, TIMED), (BUY, WAITING)) == [
        "8:9: features.item: column `item` is the time of the label of task 'buy', so as an input it would give the "
        "label away: remove the feature."
    ]


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (
            (WAITING, WAITING.replace("7d", "-7d")),
            "16:20: tasks.1: `matures_after` must be a number above 0 and a unit",
        ),
        (
            (WAITING, WAITING.replace("7d", "soon")),
            "16:20: tasks.1: `matures_after` must be a number above 0 and a unit",
        ),
        (
            (WAITING, WAITING.replace("    label_time: item\n", "")),
            "16:20: tasks.1: `matures_after` of a binary task needs",
        ),
        (
            ("as_of: 2026-01-31", "as_of: soon"),
            "6:47: data.event_time: `as_of` must be an ISO date or date and time or a",
        ),
        (("unit: ms", "unit: days"), "6:36: data.event_time.unit: must be one of"),
    ],
)
def test_a_wrong_delay_or_time_is_one_problem_at_its_place(refused, replacement, message):
    (problem,) = refused((SPLIT, TIMED), (BUY, WAITING), NO_ITEM, replacement)
    assert problem.startswith(message)
