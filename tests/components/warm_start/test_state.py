import json
import pathlib

import numpy as np
import pytest

from components.warm_start.errors import UnusableStartError
from components.warm_start.layout import layout_of
from components.warm_start.state import STATE_FOLDER, ServedState, read_state, write_state
from models.warm_start.names import memory_by_name, slots_by_name, weights_by_name
from tests.components.warm_start.conftest import ENTRIES, PLAN, model_of

pytestmark = pytest.mark.slow


def test_everything_that_was_kept_is_read_bit_by_bit(kept):
    state = ServedState(kept.version)
    state.check()
    assert state.layout == layout_of(PLAN)
    assert state.steps == 17
    assert list(state.entries("city")) == ENTRIES["city"]
    assert list(state.entries("hour")) == []
    for name, weight in weights_by_name(kept.model).items():
        assert state.weight(name).tobytes() == weight.numpy().tobytes()
    for name, slots in slots_by_name(kept.model).items():
        assert slots
        for slot, value in slots.items():
            assert state.slot(name, slot).tobytes() == value.numpy().tobytes()
    assert set(memory_by_name(kept.model)) > {"logits"}
    for name, value in memory_by_name(kept.model).items():
        np.testing.assert_array_equal(state.memory(name), value.numpy())
    assert state.weight("none") is state.slot("none", "momentum") is state.memory("none") is None


def test_the_fingerprint_is_of_the_numbers(served, tmp_path):
    def written(model, folder):
        given = {"layout": layout_of(PLAN), "entries": ENTRIES, "parent": "", "learned": ""}
        return write_state(str(tmp_path / folder), model, **given).fingerprint

    first = written(served.model, "first")
    assert first == written(served.model, "second") == read_state(served.version).fingerprint
    other = model_of(PLAN, ENTRIES)
    assert written(other, "third") != first


@pytest.mark.parametrize("name", ["variables.index", "variables.data-00000-of-00001", "values.index", "state.json"])
@pytest.mark.parametrize("damage", ["missing", "cut short", "one bit"])
def test_a_damaged_file_is_one_error(served, name, damage):
    (path,) = pathlib.Path(served.version).rglob(name)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.unlink()
    if damage != "missing":
        path.write_bytes(content if damage == "one bit" else content[: len(content) // 2])
    with pytest.raises(UnusableStartError, match=r"version 100|cannot be read"):
        state = ServedState(served.version)
        state.check()
        # A bit of a name in the JSON may go unseen by itself; then what it names is not there.
        if set(state.weights) != set(weights_by_name(served.model)) or state.layout != layout_of(PLAN):
            raise UnusableStartError("version 100 has other names")


def test_a_version_without_a_state_says_so(served):
    pathlib.Path(served.version, STATE_FOLDER, "state.json").unlink()
    with pytest.raises(UnusableStartError, match=r"^version 100 was pushed without the state of its training$"):
        read_state(served.version)


def test_a_state_of_another_release_says_so(served):
    path = pathlib.Path(served.version, STATE_FOLDER, "state.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": 1}))
    with pytest.raises(UnusableStartError, match=r"^version 100 carries a state of its training that cannot be read: "):
        read_state(served.version)
