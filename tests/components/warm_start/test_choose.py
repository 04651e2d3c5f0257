import json
import pathlib

import pytest

from components.warm_start.choose import NOTHING, find_start, starting_point
from components.warm_start.layout import layout_of
from components.warm_start.state import STATE_FOLDER
from models.binding import unbind
from tests.components.warm_start.conftest import PLAN


@pytest.fixture
def push(tmp_path):
    """Puts a version there that says where it started and what it learned; None says nothing."""

    def pushed(version, fingerprint=None, **said):
        folder = pathlib.Path(tmp_path, str(version), STATE_FOLDER)
        folder.mkdir(parents=True)
        if fingerprint is not None:
            state = {"layout": unbind(layout_of(PLAN)), "weights": [], "fingerprint": fingerprint, **said}
            (folder / "state.json").write_text(json.dumps(state))

    return pushed


def test_nothing_is_gone_on_from_where_nothing_serves(tmp_path):
    assert starting_point(str(tmp_path / "none"), "monday") == NOTHING
    assert find_start(str(tmp_path / "none"), NOTHING) is None


def test_new_rows_go_on_from_what_serves(tmp_path, push):
    push(1, "first", parent=NOTHING, learned="monday")
    push(2, "second", parent="first", learned="tuesday")
    assert starting_point(str(tmp_path), "wednesday") == "second"
    assert find_start(str(tmp_path), "second") == 2


def test_rows_that_were_learned_start_where_they_started_then(tmp_path, push):
    # Whoever goes on from what it has pushed itself never ends: the start of a run on the same rows stays the same.
    assert starting_point(str(tmp_path), "monday") == NOTHING
    push(1, "first", parent=NOTHING, learned="monday")
    assert starting_point(str(tmp_path), "monday") == NOTHING
    assert starting_point(str(tmp_path), "tuesday") == "first"
    push(2, "second", parent="first", learned="tuesday")
    assert starting_point(str(tmp_path), "tuesday") == "first"
    assert starting_point(str(tmp_path), "monday") == NOTHING
    assert find_start(str(tmp_path), "first") == 1


def test_a_version_put_back_is_gone_on_from_as_what_it_is(tmp_path, push):
    push(1, "first", parent=NOTHING, learned="monday")
    push(2, "second", parent="first", learned="tuesday")
    push(3, "first", parent=NOTHING, learned="monday")
    assert starting_point(str(tmp_path), "wednesday") == "first"
    assert find_start(str(tmp_path), "first") == 3


def test_a_version_without_a_state_is_named_and_found(tmp_path, push):
    push(1, "first", parent=NOTHING, learned="monday")
    push(2)
    assert starting_point(str(tmp_path), "tuesday") == "version 2"
    assert find_start(str(tmp_path), "version 2") == 2


def test_where_the_start_is_gone_what_serves_takes_its_place(tmp_path, push):
    push(2, "second", parent="first", learned="tuesday")
    assert starting_point(str(tmp_path), "tuesday") == "first"
    assert find_start(str(tmp_path), "first") == 2
