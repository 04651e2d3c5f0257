"""When the twins of an earlier run will do."""

import pytest

from components.twins.last import LastTwins, is_usable, read_last, write_last

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

LAST = LastTwins(uri="model", plan="p", rows="monday", trained="2026-11-22 09:00 UTC")


@pytest.mark.parametrize(
    ("rows", "plan", "age", "every", "usable"),
    [
        ("monday", "p", 0, 1, True),  # The same rows by the same plan: they are this run's own.
        ("monday", "p", 5, 1, True),
        ("tuesday", "p", 0, 1, False),
        ("tuesday", "p", 0, 2, True),
        ("tuesday", "p", 1, 2, False),
        ("tuesday", "p", 1, 3, True),
        ("tuesday", "p", 2, 3, False),
        ("monday", "another", 0, 9, False),
        ("tuesday", "another", 0, 9, False),
    ],
)
def test_they_are_trained_in_every_nth_run_on_other_rows_and_whenever_the_plan_is_another(
    rows, plan, age, every, usable
):
    last = LastTwins(uri="model", plan="p", rows="monday", trained="", age=age)
    assert is_usable(last, plan=plan, rows=rows, every=every) is usable


def test_without_any_there_is_nothing_to_use():
    assert not is_usable(None, plan="p", rows="monday", every=9)


def test_they_come_back_as_they_were_written(tmp_path):
    path = str(tmp_path / "twins.json")
    assert read_last(path) is None
    write_last(path, LAST)
    write_last(path, LAST)  # Over the one that is there.
    assert read_last(path) == LAST
    assert [file.name for file in tmp_path.iterdir()] == ["twins.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"uri": "model"}'])
def test_a_file_of_another_release_is_as_none(tmp_path, text):
    (tmp_path / "twins.json").write_text(text)
    assert read_last(str(tmp_path / "twins.json")) is None
