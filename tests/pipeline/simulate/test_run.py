import csv
import gzip
import re
import subprocess
import sys

import numpy as np
import pyarrow.parquet
import pytest

from models.errors import ConfigError
from pipeline.simulate import SimulateConfig, UnwritableOutputError, run, simulate
from pipeline.simulate.world import World

CONFIG = SimulateConfig(num_rows=1_000, mean_spend=20.0, start_date="2024-01-01", rows_per_day=100)


def expected():
    return World(CONFIG).rows(0, 1_000)


def read_csv(file):
    rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_a_csv_holds_the_rows_of_the_world(tmp_path):
    path = tmp_path / "rows.csv"
    counts = simulate(CONFIG, str(path))
    with path.open(newline="") as file:
        columns = read_csv(file)
    whole = expected()
    assert list(columns) == list(whole)
    assert columns.pop("date") == list(whole.pop("date"))
    for name, column in whole.items():
        np.testing.assert_array_equal(np.array(columns[name], column.dtype), column)
    assert (counts.rows, counts.clicks, counts.conversions) == (1_000, whole["click"].sum(), whole["conversion"].sum())
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]


def test_a_gzipped_csv_holds_the_same_text(tmp_path):
    for name in ("rows.csv", "rows.csv.gz"):
        simulate(CONFIG, str(tmp_path / name))
    assert gzip.decompress((tmp_path / "rows.csv.gz").read_bytes()) == (tmp_path / "rows.csv").read_bytes()


def test_parquet_holds_the_rows_of_the_world(tmp_path):
    simulate(CONFIG, str(tmp_path / "rows.parquet"))
    table = pyarrow.parquet.read_table(tmp_path / "rows.parquet")
    whole = expected()
    assert table.column_names == list(whole)
    for name, column in whole.items():
        np.testing.assert_array_equal(table[name].to_numpy(), column)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".tfrecord", ".tfrecord.gz"])
def test_tfrecord_holds_the_rows_of_the_world(tmp_path, ending):
    import tensorflow as tf

    path = str(tmp_path / f"rows{ending}")
    simulate(CONFIG, path)
    records = tf.data.TFRecordDataset(path, "GZIP" if ending.endswith("gz") else "")
    examples = [tf.train.Example.FromString(record.numpy()).features.feature for record in records]
    for name, column in expected().items():
        kind = {"i": "int64_list", "f": "float_list", "U": "bytes_list"}[column.dtype.kind]
        values = [getattr(example[name], kind).value[0] for example in examples]
        if kind == "bytes_list":
            assert [value.decode() for value in values] == list(column)
        else:  # A tf.Example holds float32.
            np.testing.assert_array_equal(np.array(values, "f4"), column.astype("f4"))


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_the_same_seed_writes_the_same_bytes(tmp_path, ending):
    paths = [tmp_path / f"{name}{ending}" for name in ("one", "two")]
    for path in paths:
        simulate(CONFIG, str(path))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_bytes_do_not_depend_on_how_many_rows_are_held_at_once(tmp_path, monkeypatch):
    simulate(CONFIG, str(tmp_path / "one.csv"))
    monkeypatch.setattr(run, "CHUNK_ROWS", 77)
    calls = []
    simulate(CONFIG, str(tmp_path / "two.csv"), progress=calls.append)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert calls == [*range(77, 1_000, 77), 1_000]


def test_a_later_stretch_continues_the_same_world(tmp_path):
    simulate(SimulateConfig(num_rows=200), str(tmp_path / "all.csv"))
    simulate(SimulateConfig(num_rows=50, first_row=150), str(tmp_path / "tail.csv"))
    lines = (tmp_path / "all.csv").read_text().splitlines()
    assert (tmp_path / "tail.csv").read_text().splitlines() == [lines[0], *lines[151:]]


def test_an_ending_of_no_format_is_refused(tmp_path):
    problem = "`path` must end in one of .csv, .csv.gz, .parquet, .tfrecord, .tfrecord.gz, got 'rows.json'."
    with pytest.raises(ConfigError, match=re.escape(problem)):
        simulate(CONFIG, "rows.json")


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnwritableOutputError, match=r"cannot be written: .*Choose another folder or make room"):
        simulate(CONFIG, str(tmp_path / "file" / "rows.csv"))
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(UnwritableOutputError, match="cannot be written: Is a directory"):
        simulate(CONFIG, str(tmp_path / "rows.csv"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "rows.csv"]


def test_a_stopped_run_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("yesterday's")
    monkeypatch.setattr(run, "CHUNK_ROWS", 100)

    def stop(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(CONFIG, str(path), progress=stop)
    assert path.read_text() == "yesterday's"
    assert len(list(tmp_path.iterdir())) == 1


MEASURE = """
import resource, sys
from pipeline.simulate import SimulateConfig, simulate
simulate(SimulateConfig(num_rows=int(sys.argv[1]), num_items=10**7), sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_memory_does_not_grow_with_rows(tmp_path, ending):
    def peak_kib(num_rows):
        command = [sys.executable, "-c", MEASURE, str(num_rows), str(tmp_path / f"rows{ending}")]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    few, many = peak_kib(100_000), peak_kib(1_100_000)
    # A million more rows held at once would take 130 MiB; allocators scatter by a few MiB.
    assert many < few + 20 * 1024, (few, many)
