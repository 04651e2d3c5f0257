"""What serves is taken whole, named by its content, and its absence is said."""

import os
import pathlib
import shutil

import pytest

from components.baseline import taking
from components.baseline.taking import OLDEST, Taken, take_version
from components.pusher.errors import CorruptVersionError
from components.pusher.publish import publish_version


@pytest.fixture
def served(tmp_path):
    """A served folder with versions 5 and 12, and what a push may have left half done."""
    for version, content in ((5, b"old"), (12, b"new")):
        folder = tmp_path / "served" / str(version)
        (folder / "variables").mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(content)
        (folder / "variables" / "variables.index").write_bytes(b"weights")
    (tmp_path / "served" / ".staging-99").mkdir()
    return str(tmp_path / "served")


def files(folder):
    root = pathlib.Path(folder)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_highest_version_is_what_serves(served, tmp_path):
    target = str(tmp_path / "taken")
    assert take_version(served, target).version == 12
    assert files(target) == {"saved_model.pb": b"new", "variables/variables.index": b"weights"}


def test_a_pinned_version_is_taken_whatever_serves(served, tmp_path):
    taken = take_version(served, str(tmp_path / "taken"), which="5")
    assert taken.version == 5
    assert files(tmp_path / "taken")["saved_model.pb"] == b"old"


def test_the_oldest_is_the_lowest_number_not_the_first_name(served, tmp_path):
    assert take_version(served, str(tmp_path / "taken"), which=OLDEST).version == 5


def test_the_fingerprint_names_the_content_not_the_version(served, tmp_path):
    first = take_version(served, str(tmp_path / "first")).fingerprint
    shutil.copytree(os.path.join(served, "12"), os.path.join(served, "13"))
    assert take_version(served, str(tmp_path / "second")).fingerprint == first
    assert take_version(served, str(tmp_path / "third"), which="5").fingerprint != first


def test_the_same_bytes_under_another_name_are_another_model(served, tmp_path):
    first = take_version(served, str(tmp_path / "first")).fingerprint
    os.rename(os.path.join(served, "12", "saved_model.pb"), os.path.join(served, "12", "model.pb"))
    assert take_version(served, str(tmp_path / "second")).fingerprint != first


def test_what_lies_beside_the_model_makes_it_no_other(served, tmp_path):
    first = take_version(served, str(tmp_path / "first")).fingerprint
    (pathlib.Path(served) / "12" / "assets.extra").mkdir()
    (pathlib.Path(served) / "12" / "assets.extra" / "more").touch()
    assert take_version(served, str(tmp_path / "second")).fingerprint == first


def test_a_version_that_is_not_what_was_pushed_is_not_compared_with(served, tmp_path):
    pushed = pathlib.Path(publish_version(os.path.join(served, "12"), served, now_s=20))
    assert take_version(served, str(tmp_path / "whole")).version == 20
    (pushed / "variables" / "variables.index").write_bytes(b"weigh")
    with pytest.raises(CorruptVersionError, match=r"in .*/20 these files are not: variables/variables.index. "):
        take_version(served, str(tmp_path / "taken"))
    assert not (tmp_path / "taken").exists()


def test_what_was_taken_outlives_the_served_version(served, tmp_path):
    take_version(served, str(tmp_path / "taken"))
    shutil.rmtree(os.path.join(served, "12"))
    assert files(tmp_path / "taken")["saved_model.pb"] == b"new"


def test_files_are_copied_where_they_cannot_be_linked(served, tmp_path, monkeypatch):
    linked = take_version(served, str(tmp_path / "linked"))

    def refuse(source, target):
        raise OSError("no links here")

    monkeypatch.setattr(taking.os, "link", refuse)
    assert take_version(served, str(tmp_path / "copied")) == linked
    assert files(tmp_path / "copied") == files(tmp_path / "linked")


@pytest.mark.parametrize("exists", [True, False])
def test_without_any_version_nothing_is_made_and_the_reason_is_said(tmp_path, exists):
    directory = tmp_path / "served"
    if exists:
        directory.mkdir()
    taken = take_version(str(directory), str(tmp_path / "taken"))
    assert taken == Taken(None, reason=f"nothing serves yet: {directory} holds no version", nothing_serves=True)
    assert not (tmp_path / "taken").exists()


def test_a_pinned_version_has_served_so_a_folder_without_any_is_no_first_run(tmp_path):
    taken = take_version(str(tmp_path / "not mounted"), str(tmp_path / "taken"), which="7")
    assert (taken.version, taken.nothing_serves) == (None, False)
    assert taken.reason == f"version 7 is not in {tmp_path / 'not mounted'} any more; the last there: none"


def test_a_pinned_version_that_is_gone_is_not_replaced_by_another(served, tmp_path):
    taken = take_version(served, str(tmp_path / "taken"), which="7")
    assert (taken.version, taken.fingerprint, taken.nothing_serves) == (None, "", False)
    assert taken.reason == f"version 7 is not in {served} any more; the last there: 5, 12"
    assert not (tmp_path / "taken").exists()
