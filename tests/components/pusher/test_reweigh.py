"""Other weights beside the same model, in one step for every reader."""

import threading

import pytest

from components.pusher.errors import ServesAnotherError
from components.pusher.folder import versions
from components.pusher.publish import publish_version
from components.pusher.record import changed_files
from components.pusher.reweigh import reweigh
from components.pusher.rollback import roll_back
from models.fusion.weights import FILE


@pytest.fixture
def weighed(tmp_path, saved, policy):
    """Version 1, with weights."""
    model, folder = saved("one"), tmp_path / "served" / "shop"
    (tmp_path / "models" / "one" / "assets").mkdir()
    (tmp_path / "models" / "one" / FILE).write_text("1")
    publish_version(model, str(folder), now_s=1, policy=policy())
    return folder


def test_versions_only_grow_and_a_rollback_brings_the_weights_before_back(weighed, policy):
    assert reweigh(str(weighed), policy(), text="2", over=1, now_s=1) == 2
    assert reweigh(str(weighed), policy(), text="3", over=2, now_s=9) == 9
    assert (weighed / "1" / FILE).read_text() == "1"
    assert roll_back(str(weighed), policy(), now_s=20).puts_back == 2
    assert (weighed / "20" / FILE).read_text() == "2"


def test_another_push_in_between_is_not_overwritten(weighed, saved, policy):
    publish_version(saved("two"), str(weighed), now_s=5, policy=policy())
    with pytest.raises(ServesAnotherError, match=r"`over` must be the highest version in .*, got 1, but version 5 is"):
        reweigh(str(weighed), policy(), text="2", over=1, now_s=9)
    assert versions(str(weighed)) == [1, 5]


def test_a_reader_never_sees_half_of_it(weighed, policy):
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            newest = versions(str(weighed))[-1]
            seen.append((newest, changed_files(str(weighed / str(newest))), (weighed / str(newest) / FILE).read_text()))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2, 40):
        reweigh(str(weighed), policy(), text=str(number), over=number - 1, now_s=0)
    stop.set()
    reader.join()
    assert len({newest for newest, _, _ in seen}) > 3
    assert [found for found in seen if found[1] or found[2] != str(found[0])] == []
