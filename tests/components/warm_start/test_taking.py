import dataclasses
import pathlib
import shutil

import pytest

from components.warm_start.choose import starting_point
from components.warm_start.config import Unusable
from components.warm_start.errors import UnusableStartError
from components.warm_start.start import Start
from components.warm_start.state import STATE_FOLDER, read_state
from components.warm_start.taking import take_start
from models.architectures import MMoE
from tests.components.warm_start.conftest import PLAN

pytestmark = pytest.mark.slow


def take(served, folder, *, plan=PLAN, unusable=Unusable.STOP, point=None):
    named = starting_point(served.directory, "tuesday") if point is None else point
    given = {"starting_point": named, "plan": plan, "learned": "tuesday", "unusable": unusable}
    return take_start(served.directory, str(folder), **given)


def test_what_serves_is_taken_whole(served, tmp_path):
    start = take(served, tmp_path / "taken")
    fingerprint = read_state(served.version).fingerprint
    expected = Start(
        folder=str(tmp_path / "taken"), version="100", fingerprint=fingerprint, point=fingerprint, learned="tuesday"
    )
    assert start == Start.from_json(start.to_json()) == expected
    files = {path.relative_to(served.version) for path in pathlib.Path(served.version).rglob("*")}
    assert {path.relative_to(start.folder) for path in pathlib.Path(start.folder).rglob("*")} == files


def test_of_several_versions_the_named_one_is_taken_though_a_newer_serves(served, tmp_path):
    named, newer = read_state(served.version).fingerprint, pathlib.Path(served.directory, "101")
    shutil.copytree(served.version, newer)
    state = newer / STATE_FOLDER / "state.json"
    state.write_text(state.read_text().replace(named, "0" * 16))
    start = take(served, tmp_path / "taken", point=named)
    assert (start.version, start.fingerprint) == ("100", named)
    assert read_state(start.folder).fingerprint == named


def test_fresh_weights_say_why(served, tmp_path):
    start = take(served, tmp_path / "taken", point="")
    assert start == Start(reason="nothing served when these rows were first learned", learned="tuesday")
    assert not (tmp_path / "taken").exists()
    nothing = dataclasses.replace(served, directory=str(tmp_path / "empty"))
    assert take(nothing, tmp_path / "taken").reason == "nothing serves yet"


def other_network(served):
    return dataclasses.replace(
        PLAN, model=dataclasses.replace(PLAN.model, architecture=MMoE(num_experts=2, expert=(3,)))
    )


def no_state(served):
    pathlib.Path(served.version, STATE_FOLDER, "state.json").unlink()
    return PLAN


def damaged(served, place=-3):
    path = pathlib.Path(served.version, STATE_FOLDER, "values.data-00000-of-00001")
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    return PLAN


def damaged_where_nobody_looks_yet(served):
    return damaged(served, place=3)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (other_network, "version 100 is of another network: the architecture was 'shared_bottom', and is 'mmoe'"),
        (no_state, "version 100 was pushed without the state of its training"),
        (damaged, r".*training_state/values cannot be read: .*"),
        (damaged_where_nobody_looks_yet, r".*training_state/values cannot be read: .*"),
    ],
)
def test_what_cannot_be_used_stops_or_begins_cold_as_declared(served, tmp_path, spoil, said):
    plan = spoil(served)
    way_out = (
        "Put a usable version back, or set `training.warm_start.unusable` to cold, which begins with fresh weights"
    )
    whole = (
        rf"^`training.warm_start` must find a version in {served.directory} to go on from, but {said}\. {way_out}\.$"
    )
    with pytest.raises(UnusableStartError, match=whole) as stopped:
        take(served, tmp_path / "taken", plan=plan)
    start = take(served, tmp_path / "taken", plan=plan, unusable=Unusable.COLD)
    assert (start.folder, start.version, start.fingerprint) == ("", "", "")
    assert start.reason and f"but {start.reason}. Put" in str(stopped.value)
    assert start.point == starting_point(served.directory, "tuesday")
    assert not (tmp_path / "taken").exists()
