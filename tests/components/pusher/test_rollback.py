"""An earlier version comes back as a new highest one, whatever state what serves is in."""

import shutil
import threading

import pytest

from components.pusher import rollback
from components.pusher.errors import NothingToServeError, ServedFolderError, WithdrawnError
from components.pusher.folder import versions
from components.pusher.publish import publish_version
from components.pusher.record import RECORD, read_record
from components.pusher.rollback import RolledBack, roll_back


def refuse(*_, **__):
    raise OSError("503 Slow Down")


def test_the_version_before_is_put_back_and_the_folder_says_so(served, policy, model_of):
    folder = served(1, 2, 3)
    assert roll_back(str(folder), policy(), now_s=10) == RolledBack(version=10, puts_back=2, instead_of=3)
    assert (versions(str(folder)), model_of(folder, 10)) == ([1, 2, 3, 10], "2")
    record = read_record(str(folder / "10"))
    assert (record.at_s, record.puts_back, record.instead_of) == (10, 2, 3)
    assert set(record.files) == {"saved_model.pb", "variables/variables.index"}
    assert "versions: 10\n" in (folder / "models.config").read_text()


def test_another_rollback_goes_further_back_and_a_named_version_comes_at_once(served, policy, model_of):
    folder = served(1, 2, 3)
    roll_back(str(folder), policy(), now_s=10)
    assert roll_back(str(folder), policy(), now_s=11).puts_back == 1
    assert roll_back(str(folder), policy(), now_s=12, to=3) == RolledBack(version=12, puts_back=3, instead_of=11)
    assert roll_back(str(folder), policy(), now_s=13, to=10).puts_back == 2  # Itself put back: the model counts.
    assert model_of(folder, 13) == "2"


def test_a_clock_that_went_back_changes_nothing(served, policy):
    assert roll_back(str(served(100, 200)), policy(), now_s=50).version == 201


@pytest.mark.parametrize(
    "spoil",
    [
        lambda version: (version / "saved_model.pb").unlink(),
        lambda version: (version / "saved_model.pb").write_text(""),
        lambda version: (version / RECORD).write_text("{half"),
        lambda version: [shutil.rmtree(version), version.mkdir()],
    ],
)
def test_whatever_became_of_what_serves_the_one_before_can_serve(served, policy, model_of, spoil):
    folder = served(1, 2)
    spoil(folder / "2")
    assert model_of(folder, roll_back(str(folder), policy(), now_s=9).version) == "1"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (None, r"`to` must be named: before version 1, which serves, .* holds none. There are 1, 2, 3."),
        (7, r"`to` must be a version in .*, got 7. There are 1, 2, 3."),
        (3, r"`to` must be another version than serves, got 3: version 3 is its model."),
        (1, r"`to` must be another version than serves, got 1: version 3 is its model."),
    ],
)
def test_what_cannot_be_put_back_is_refused_and_nothing_changes(served, policy, to, said):
    folder = served(1, 2)
    roll_back(str(folder), policy(), now_s=3)
    with pytest.raises(NothingToServeError, match=said):
        roll_back(str(folder), policy(), now_s=9, to=to)
    assert versions(str(folder)) == [1, 2, 3]


def test_a_version_whose_files_changed_is_not_put_back(served, policy):
    folder = served(1, 2)
    (folder / "1" / "variables" / "variables.index").write_bytes(b"other")
    with pytest.raises(NothingToServeError, match=r"these are not: variables/variables.index. Name another."):
        roll_back(str(folder), policy(), now_s=9)
    shutil.rmtree(folder / "1")
    (folder / "1").mkdir()
    with pytest.raises(NothingToServeError, match=r"but in .*/1 these are not: saved_model.pb. Name another."):
        roll_back(str(folder), policy(), now_s=9)
    assert versions(str(folder)) == [1, 2]


def test_where_nothing_serves_there_is_nothing_to_go_back_to(tmp_path, policy):
    with pytest.raises(NothingToServeError, match=r"must hold versions to go back to, .* holds none"):
        roll_back(str(tmp_path / "nowhere"), policy(), now_s=1)
    assert not (tmp_path / "nowhere").exists()


def test_what_was_rolled_back_does_not_come_again_by_itself(served, saved, policy):
    folder = served(1, 2)
    roll_back(str(folder), policy(), now_s=3)
    with pytest.raises(WithdrawnError, match=r"than version 2 in .* --to 2."):
        publish_version(saved("2"), str(folder), now_s=4)
    assert versions(str(folder)) == [1, 2, 3]
    publish_version(saved("better"), str(folder), now_s=5)
    with pytest.raises(WithdrawnError):
        publish_version(saved("2"), str(folder), now_s=6)
    roll_back(str(folder), policy(), now_s=7, to=2)  # Asked for by its number it may serve.
    assert versions(str(folder)) == [1, 2, 3, 5, 7]


def test_a_folder_that_cannot_be_written_says_so_and_serves_on(served, policy, monkeypatch):
    folder = served(1, 2)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copytree", refuse)
        with pytest.raises(ServedFolderError, match=r"must be a folder that can be written, .*503 Slow Down"):
            roll_back(str(folder), policy(), now_s=3)
    assert sorted(entry.name for entry in folder.iterdir()) == [".pushing", "1", "2", "models.config"]


@pytest.mark.parametrize("to", [None, 2])
def test_a_rollback_that_was_stopped_half_way_is_completed_and_goes_back_once(served, policy, monkeypatch, to):
    folder, there = served(1, 2, 3), RolledBack(version=10, puts_back=2, instead_of=3)
    with monkeypatch.context() as patched:
        patched.setattr(rollback, "settle", refuse)  # As where the store that versions are copied to does not answer.
        with pytest.raises(ServedFolderError, match="503 Slow Down"):
            roll_back(str(folder), policy(), now_s=10, to=to)
    assert "versions: 3\n" in (folder / "models.config").read_text()
    assert roll_back(str(folder), policy(), now_s=11, to=to) == there
    assert versions(str(folder)) == [1, 2, 3, 10]
    assert "versions: 10\n" in (folder / "models.config").read_text()
    assert roll_back(str(folder), policy(), now_s=12).puts_back == 1  # Asked for anew it goes further back.


def test_another_version_may_be_named_after_a_rollback_that_was_stopped(served, policy, monkeypatch):
    folder = served(1, 2, 3)
    with monkeypatch.context() as patched:
        patched.setattr(rollback, "settle", refuse)
        with pytest.raises(ServedFolderError):
            roll_back(str(folder), policy(), now_s=10)
    assert roll_back(str(folder), policy(), now_s=11, to=1) == RolledBack(version=11, puts_back=1, instead_of=10)


def test_pushes_and_rollbacks_at_once_wait_for_each_other(served, saved, policy):
    folder, failed = served(1, 2), []

    def do(action):
        try:
            action()
        except Exception as error:
            failed.append(error)

    def push(number):
        publish_version(saved(f"new {number}"), str(folder), now_s=3, policy=policy())

    actions = [lambda number=number: push(number) for number in range(4)]
    actions += [lambda: roll_back(str(folder), policy(), now_s=3, to=1)]
    threads = [threading.Thread(target=do, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert versions(str(folder)) == [1, 2, 3, 4, 5, 6, 7]
