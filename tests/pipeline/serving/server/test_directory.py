"""Version directories under a base path."""

import os

import pytest

from pipeline.serving.server.directory import fingerprint_of, newest_first


@pytest.fixture()
def add(tmp_path):
    def added(name, *, is_whole=True):
        folder = tmp_path / name
        (folder / "variables").mkdir(parents=True)
        (folder / "variables" / "variables.index").write_bytes(b"index")
        if is_whole:
            (folder / "saved_model.pb").write_bytes(b"graph")
        return folder

    return added


def test_versions_come_highest_number_first(tmp_path, add):
    for name in ("2", "10", "9"):
        add(name)
    assert [found.version for found in newest_first(tmp_path)] == [10, 9, 2]


@pytest.mark.parametrize("name", ["3.tmp", "latest", "-3", "\u0661", ".3", str(2**63)])
def test_a_name_that_is_no_version_number_is_passed_over(tmp_path, add, name):
    add(name)
    assert newest_first(tmp_path) == []


def test_a_directory_without_a_model_file_is_not_a_version_yet(tmp_path, add):
    add("1", is_whole=False)
    (tmp_path / "2").write_text("a file, not a directory")
    assert newest_first(tmp_path) == []


def test_a_base_path_that_is_away_holds_nothing(tmp_path):
    assert newest_first(tmp_path / "nope") == []


def test_any_changed_file_changes_the_fingerprint(add):
    folder = add("1")
    seen = {fingerprint_of(folder)}
    (folder / "variables" / "variables.data").write_bytes(b"1")
    seen.add(fingerprint_of(folder))
    (folder / "variables" / "variables.data").write_bytes(b"22")
    seen.add(fingerprint_of(folder))
    os.utime(folder / "saved_model.pb", ns=(1, 1))
    seen.add(fingerprint_of(folder))
    assert len(seen) == 4


def test_untouched_files_keep_the_fingerprint(add):
    folder = add("1")
    assert fingerprint_of(folder) == fingerprint_of(folder)
