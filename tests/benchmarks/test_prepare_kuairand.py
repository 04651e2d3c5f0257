import csv
import gzip

import pytest

from benchmarks.prepare_kuairand import join


@pytest.fixture
def folder(tmp_path):
    with gzip.open(tmp_path / "log_1.tsv.gz", "wt") as log:
        log.write("user_id\tvideo_id\tis_click\n7\t1\t0\n3\t2\t1\n7\t3\t1\n")
    (tmp_path / "user_features_2.csv").write_text('user_id,degree,range\n3,low,"(10,50]"\n7,full,0\n')
    return tmp_path


def test_every_row_gets_its_users_properties(folder):
    assert join(folder, folder / "out" / "rows.csv") == 3
    with (folder / "out" / "rows.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["user_id", "video_id", "is_click", "degree", "range"],
        ["7", "1", "0", "full", "0"],
        ["3", "2", "1", "low", "(10,50]"],
        ["7", "3", "1", "full", "0"],
    ]


def test_an_unknown_user_is_named(folder):
    (folder / "user_features_2.csv").write_text("user_id,degree\n3,low\n")
    with pytest.raises(SystemExit, match=r"row 1 of the log has user 7, whom the users' file lacks\."):
        join(folder, folder / "rows.csv")


def test_a_missing_file_is_named(folder):
    (folder / "user_features_2.csv").unlink()
    with pytest.raises(SystemExit, match=r"must hold one file user_features_\*\.csv, got 0"):
        join(folder, folder / "rows.csv")
