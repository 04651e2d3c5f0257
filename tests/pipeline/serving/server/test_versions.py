"""Versions over time, with a loader that can be told what to do."""

import pathlib
import threading
import time

import pytest

from pipeline.serving.errors import Code, RefusedRequestError, ServerStartError
from pipeline.serving.server.versions import State, Versions


class FakeModel:
    def __init__(self, path: pathlib.Path, version: int) -> None:
        self.version = version
        self.content = (path / "saved_model.pb").read_text()
        self.is_closed = False
        if self.content == "broken":
            raise ValueError("this graph is broken")

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture()
def base_path(tmp_path):
    return tmp_path / "served"


@pytest.fixture()
def put(base_path):
    def putting(version, content="whole"):
        folder = base_path / str(version)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "saved_model.pb").write_text(content)

    return putting


@pytest.fixture()
def versions(base_path):
    polled = Versions("demo", base_path, poll_s=0.01, load=FakeModel)
    yield polled
    polled.stop()


def states(versions):
    return {status.version: status.state for status in versions.statuses()}


def serving(versions):
    with versions.lease() as model:
        return model.version


def test_the_newest_version_serves(versions, put):
    put(1)
    put(2)
    versions.refresh()
    assert serving(versions) == 2
    assert states(versions) == {2: State.AVAILABLE}


def test_a_new_version_takes_over_and_the_old_one_is_unloaded(versions, put):
    put(1)
    versions.refresh()
    with versions.lease() as old:
        pass
    put(2)
    versions.refresh()
    assert serving(versions) == 2
    assert states(versions) == {1: State.END, 2: State.AVAILABLE}
    assert old.is_closed


def test_a_request_keeps_its_version_until_it_ends(versions, put):
    put(1)
    versions.refresh()
    with versions.lease() as held:
        put(2)
        versions.refresh()
        assert serving(versions) == 2
        assert not held.is_closed
        assert states(versions)[1] is State.UNLOADING
    versions.refresh()
    assert held.is_closed
    assert states(versions)[1] is State.END


def test_a_broken_version_leaves_the_previous_one_serving_and_says_why(versions, put):
    put(1)
    versions.refresh()
    put(2, "broken")
    versions.refresh()
    assert serving(versions) == 1
    assert states(versions) == {1: State.AVAILABLE, 2: State.END}
    (failed,) = [status for status in versions.statuses() if status.version == 2]
    assert (failed.code, failed.message) == (Code.UNKNOWN, "this graph is broken")


def test_a_broken_version_is_tried_again_only_when_its_files_change(base_path, put):
    tried = []

    def load(path, version):
        tried.append(version)
        return FakeModel(path, version)

    versions = Versions("demo", base_path, poll_s=0.01, load=load)
    put(1, "broken")
    versions.refresh()
    versions.refresh()
    assert tried == [1]
    put(1, "whole now")
    versions.refresh()
    assert tried == [1, 1]
    assert serving(versions) == 1


def test_at_start_an_older_version_serves_when_the_newest_is_broken(versions, put):
    put(1)
    put(2, "broken")
    versions.refresh()
    assert serving(versions) == 1


def test_files_that_change_while_they_load_are_not_served(base_path, put):
    def load(path, version):
        model = FakeModel(path, version)
        if model.content == "half":
            put(version, "the other half")
        return model

    versions = Versions("demo", base_path, poll_s=0.01, load=load)
    put(1, "half")
    versions.refresh()
    with pytest.raises(RefusedRequestError):
        serving(versions)
    versions.refresh()
    with versions.lease() as model:
        assert model.content == "the other half"


def test_files_that_change_later_are_loaded_again(versions, put):
    put(1)
    versions.refresh()
    put(1, "the vocabulary has arrived")
    versions.refresh()
    with versions.lease() as model:
        assert model.content == "the vocabulary has arrived"
    assert states(versions) == {1: State.AVAILABLE}


def test_a_serving_version_whose_files_break_goes_on_serving(versions, put):
    put(1)
    versions.refresh()
    put(1, "broken")
    versions.refresh()
    assert serving(versions) == 1
    assert states(versions) == {1: State.AVAILABLE}


def test_a_withdrawn_version_gives_way_to_the_one_before(versions, put, base_path):
    put(1)
    versions.refresh()
    put(2)
    versions.refresh()
    (base_path / "2" / "saved_model.pb").unlink()
    versions.refresh()
    assert serving(versions) == 1
    assert states(versions) == {1: State.AVAILABLE, 2: State.END}


def test_an_emptied_base_path_leaves_the_last_version_serving(versions, put, base_path):
    put(1)
    versions.refresh()
    (base_path / "1" / "saved_model.pb").unlink()
    versions.refresh()
    assert serving(versions) == 1


@pytest.mark.parametrize(("version", "wanted"), [(None, r"Latest\(demo\)"), (7, r"Specific\(demo, 7\)")])
def test_a_version_that_does_not_serve_is_not_found(versions, version, wanted):
    message = f"Servable not found for request: {wanted}"
    with pytest.raises(RefusedRequestError, match=message) as caught, versions.lease(version):
        pass
    assert caught.value.code is Code.NOT_FOUND


def test_the_poll_finds_versions_by_itself(versions, put, base_path):
    base_path.mkdir()
    versions.start()
    put(5)
    assert versions.wait_until_available(timeout_s=10) == 5


def test_waiting_in_vain_names_the_directory_and_the_error(versions, put, base_path):
    with pytest.raises(ServerStartError, match="it holds none yet: push a model first"):
        versions.wait_until_available(timeout_s=0)
    put(1, "broken")
    versions.refresh()
    with pytest.raises(ServerStartError, match=rf"`{base_path}` must hold .* version 1: this graph is broken\."):
        versions.wait_until_available(timeout_s=0)


def test_a_slow_load_does_not_hold_up_requests(base_path, put):
    may_load = threading.Event()

    def load(path, version):
        if version == 2:
            assert may_load.wait(timeout=10)
        return FakeModel(path, version)

    versions = Versions("demo", base_path, poll_s=0.01, load=load)
    put(1)
    versions.refresh()
    put(2)
    loading = threading.Thread(target=versions.refresh)
    loading.start()
    while State.LOADING not in states(versions).values():
        time.sleep(0.001)
    assert serving(versions) == 1
    may_load.set()
    loading.join()
    assert serving(versions) == 2


def test_a_stopped_server_has_unloaded_everything(base_path, put):
    versions = Versions("demo", base_path, poll_s=0.01, load=FakeModel)
    put(1)
    versions.start()
    versions.wait_until_available(timeout_s=10)
    with versions.lease() as model:
        pass
    versions.stop()
    assert model.is_closed
    assert states(versions) == {1: State.END}
