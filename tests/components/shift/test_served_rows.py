"""Logged requests are read as ExampleGen reads rows, the newest first."""

import pytest

from components.errors import UnusableInputError
from components.example_gen.source import DataConfig, Format
from components.example_gen.split import TimeSplit
from components.shift.config import SkewConfig
from models.expression import ColumnType

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFDV takes long, and warns of itself.

DATA = DataConfig(
    format=Format.CSV, path="rows-{SPAN}.csv", split=TimeSplit(column="day", eval_from=3), missing=("", "?")
)
COLUMNS = {"price": ColumnType.NUMBER, "city": ColumnType.STRING}


def told(folder, **skew):
    from components.shift.served_rows import served_statistics

    given = SkewConfig(rows=f"{folder}/*.csv", default=0.1, **skew)
    statistics = served_statistics(given, DATA, columns=COLUMNS, delimiters={})
    return statistics.datasets[0].num_examples, {
        feature.path.step[0]: feature for feature in statistics.datasets[0].features
    }


def test_columns_are_read_as_declared_and_the_rest_is_left(tmp_path):
    (tmp_path / "a.csv").write_text("price,city,more\n1.5,7,x\n?,7,x\n2.5,?,x\n")
    num_rows, features = told(tmp_path)
    assert num_rows == 3
    assert set(features) == {"price", "city"}
    assert features["price"].num_stats.mean == 2.0
    assert features["price"].num_stats.common_stats.num_missing == 1
    assert [(bucket.label, bucket.sample_count) for bucket in features["city"].string_stats.rank_histogram.buckets] == [
        ("7", 2)
    ]


def test_the_last_files_count_where_there_are_more_rows_than_wanted(tmp_path):
    (tmp_path / "2026-01-01.csv").write_text("price,city\n1,a\n1,a\n")
    (tmp_path / "2026-01-02.csv").write_text("price,city\n3,b\n3,b\n")
    num_rows, features = told(tmp_path, max_rows=3)
    assert num_rows == 3
    assert features["price"].num_stats.mean == pytest.approx((3 + 3 + 1) / 3)


def test_no_file_and_a_missing_column_are_said(tmp_path):
    with pytest.raises(UnusableInputError, match="no file is found by"):
        told(tmp_path)
    (tmp_path / "a.csv").write_text("prize,city\n1,a\n")
    with pytest.raises(UnusableInputError, match=r"has no column `price`\. Did you mean `prize`\?"):
        told(tmp_path)
