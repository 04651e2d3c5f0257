"""Parquet."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.errors import UnusableInputError
from components.example_gen import DataConfig, Format, HashSplit
from components.example_gen.readers import READERS, Reading

TABLE = pa.table({"a": [1, None, 3], "b": ["x", "y", None], "c": [[1], [2, 3], []], "d": [{"e": 1}] * 3})
READING = Reading(DataConfig(format=Format.PARQUET, path="x", split=HashSplit(eval_share=0.5)), ("a", "b"), whole=False)


@pytest.fixture
def blocks(tmp_path):
    def read(table, *, cut=None, whole=False, **options):
        path = tmp_path / "x"
        pq.write_table(table, path, **options)
        if cut is not None:
            path.write_bytes(path.read_bytes()[:cut])
        reading = Reading(READING.data, READING.needed, whole)
        return list(READERS[Format.PARQUET](lambda: open(path, "rb"), "x.parquet", reading))

    return read


def test_columns_keep_their_types_and_rows_their_numbers(blocks):
    found = blocks(TABLE, row_group_size=2)
    assert [cell for block in found for cell in block.columns["a"].to_pylist()] == [1, None, 3]
    assert [cell for block in found for cell in block.columns["b"].to_pylist()] == ["x", "y", None]
    assert found[0].first_row == 1
    assert sum(block.num_rows for block in found) == 3


def test_the_whole_row_is_every_column_that_is_a_value_or_a_list(blocks):
    (block,) = blocks(TABLE, whole=True)
    assert block.whole.to_pylist() == [b"1\x1fx\x1f1", b"\x00\x1fy\x1f2\x1e3", b"3\x1f\x00\x1f\x00"]


@pytest.mark.parametrize(
    ("table", "cut", "message"),
    [
        (TABLE.slice(0, 0), None, r"`x.parquet` holds no rows\. Remove it or write it again\."),
        (TABLE.drop_columns("b"), None, r"`x.parquet` has no column `b`\. Known: `a`, `c`, `d`\. Correct"),
        (TABLE, 0, r"`x.parquet` is not whole Parquet: .* Write it again\."),
        (TABLE, 100, r"`x.parquet` is not whole Parquet: .* Write it again\."),
    ],
)
def test_a_broken_file_is_one_clear_error(blocks, table, cut, message):
    with pytest.raises(UnusableInputError, match=message):
        blocks(table, cut=cut)


def test_dates_split_by_time(read, tmp_path, make_plan):
    from components.example_gen import TimeSplit

    days = [datetime.date(2024, 1, day) for day in range(1, 11)]
    table = pa.table({"user": ["u"] * 10, "price": [1.0] * 10, "clicked": [0, 1] * 5, "day": days})
    pq.write_table(table, tmp_path / "x")
    split = TimeSplit(column="day", eval_from="2024-01-09")
    result = read(plan=make_plan(tmp_path / "x", format=Format.PARQUET, split=split))
    assert result.check().rows == {"train": 8, "eval": 2}
