"""A version appears whole or not at all."""

import contextlib
import os
import pathlib
import threading

import pytest

from components.pusher import folder
from components.pusher.errors import ServesAnotherError
from components.pusher.folder import STAGING_PREFIX, versions
from components.pusher.publish import is_same_model, publish_version
from components.pusher.record import RECORD


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "variables.index").write_bytes(b"weights")
    return str(folder)


def test_versions_only_grow_even_when_the_clock_goes_back(model, tmp_path):
    served = str(tmp_path / "served")
    for now_s in (100, 100, 50):
        publish_version(model, served, now_s=now_s)
    assert versions(served) == [100, 101, 102]


def test_a_reader_never_sees_part_of_a_version(model, tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    stop, torn = threading.Event(), []

    def read():
        while not stop.is_set():
            for version in versions(str(served)):
                whole = [path for path in (served / str(version)).rglob("*") if path.is_file()]
                files = {str(path.relative_to(served / str(version))) for path in whole}
                if files != {"saved_model.pb", "variables/variables.index", RECORD}:
                    torn.append((version, files))

    reader = threading.Thread(target=read)
    reader.start()
    for now_s in range(50):
        publish_version(model, str(served), now_s=now_s)
    stop.set()
    reader.join()
    assert not torn
    assert len(versions(str(served))) == 50


def test_a_failed_copy_leaves_what_was_served_and_nothing_else(model, tmp_path, monkeypatch):
    served = str(tmp_path / "served")
    publish_version(model, served, now_s=1)

    def full_disk(folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "_sync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        publish_version(model, served, now_s=2)
    assert [name for name in os.listdir(served) if not name.startswith(".pushing")] == ["1"]


def test_a_model_is_the_same_by_its_bytes_and_whatever_lies_beside_it(model, tmp_path):
    served = tmp_path / "served"
    beside = tmp_path / "FeatureStats.pb"
    beside.write_bytes(b"of the train rows")
    version = publish_version(model, str(served), now_s=1, beside={"assets.extra/FeatureStats.pb": str(beside)})
    assert is_same_model(model, version)
    name = next(path for path in sorted(pathlib.Path(version).iterdir()) if path.is_file())
    kept = name.read_bytes()
    name.write_bytes(bytes([kept[0] ^ 1]) + kept[1:])  # As long as before.
    assert not is_same_model(model, version)
    name.write_bytes(kept)
    assert is_same_model(model, version)
    (name.parent / "more").touch()
    assert not is_same_model(model, version)
    (name.parent / "more").unlink()
    name.unlink()
    assert not is_same_model(model, version)


def test_what_goes_beside_the_model_comes_with_the_version(model, tmp_path):
    statistics = tmp_path / "FeatureStats.pb"
    statistics.write_bytes(b"of the train rows")
    place = os.path.join("assets.extra", "train_statistics", "FeatureStats.pb")
    version = publish_version(model, str(tmp_path / "served"), now_s=1, beside={place: str(statistics)})
    assert pathlib.Path(version, place).read_bytes() == b"of the train rows"
    with pytest.raises(OSError):
        publish_version(model, str(tmp_path / "served"), now_s=2, beside={place: str(tmp_path / "nowhere")})
    assert versions(str(tmp_path / "served")) == [1]


def test_names_that_are_no_numbers_are_no_versions(tmp_path):
    for name in ("3", "12", ".staging-x", "latest"):
        (tmp_path / name).mkdir()
    pathlib.Path(tmp_path, "7").write_text("a file")
    assert versions(str(tmp_path)) == [3, 12]
    assert versions(str(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("there", "over", "said"),
    [
        ([1, 2], (1,), "compared with, version 1, .* but holds version 2: another push came between"),
        ([1], (), "compared with, no version, .* but holds version 1:"),
        ([1], (2,), "compared with, version 2, .* but holds version 1:"),  # Rolled back since.
        ([], (1,), "compared with, version 1, .* but holds no version:"),
    ],
)
def test_nothing_is_pushed_over_what_it_was_not_compared_with(model, tmp_path, there, over, said):
    served = str(tmp_path / "served")
    for version in there:
        publish_version(model, served, now_s=version)
    with pytest.raises(ServesAnotherError, match=said):
        publish_version(model, served, now_s=9, over=over)
    assert versions(served) == there
    assert [name for name in os.listdir(served) if name.startswith(STAGING_PREFIX)] == []
    publish_version(model, served, now_s=9, over=tuple(there[-1:]))
    assert versions(served) == [*there, 9]


def test_of_two_pushes_at_once_over_the_same_version_one_goes_through(model, tmp_path, monkeypatch):
    served = str(tmp_path / "served")
    publish_version(model, served, now_s=1)
    both, rename, refused = threading.Barrier(2), os.rename, []

    def rename_together(source, target):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)  # Both are here only where both were let through.
        rename(source, target)

    def push(now_s):
        try:
            publish_version(model, served, now_s=now_s, over=(1,))
        except ServesAnotherError:
            refused.append(now_s)

    monkeypatch.setattr(os, "rename", rename_together)
    pushes = [threading.Thread(target=push, args=(now_s,)) for now_s in (2, 3)]
    for thread in pushes:
        thread.start()
    for thread in pushes:
        thread.join()
    assert len(refused) == 1
    assert versions(served) == [1, *({2, 3} - set(refused))]


def test_a_version_is_on_the_disk_before_its_push_ends(saved, tmp_path, monkeypatch):
    folder, done, rename, fsync = tmp_path / "served", [], os.rename, os.fsync

    def renamed(source, target):
        rename(source, target)
        done.append("renamed")

    def synced(descriptor):
        fsync(descriptor)
        done.append("folder" if os.path.samestat(os.fstat(descriptor), os.stat(folder)) else "content")

    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "fsync", synced)
    publish_version(saved("1"), str(folder), now_s=1)
    # Three files and their three folders; only then the name, which is the served folder's.
    assert done == ["content"] * 6 + ["renamed", "folder"]
