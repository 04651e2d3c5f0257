"""The table of anomalies."""

import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.data_check.anomalies import Row, anomaly_rows, check_no_anomalies
from components.errors import UnusableInputError


def anomalies(**columns):
    found = anomalies_pb2.Anomalies()
    for column, reasons in columns.items():
        for short, long in reasons:
            found.anomaly_info[column].reason.add(short_description=short, description=long)
    return found


def test_no_anomalies_pass():
    check_no_anomalies({"train": anomalies(), "eval": anomalies()})


def test_every_reason_of_every_split_is_a_line_of_one_error():
    by_split = {
        "train": anomalies(price=[("Unexpected type", "FLOAT, not BYTES"), ("Out of range", "largest is 7")]),
        "eval": anomalies(age=[("Column dropped", "in 3 of 9 rows")]),
    }
    with pytest.raises(UnusableInputError) as error:
        check_no_anomalies(by_split)
    assert str(error.value).splitlines() == [
        "the rows depart from the declared schema. Mend them, or what the configuration declares:",
        "column  split  what             how much",
        "age     eval   Column dropped   in 3 of 9 rows",
        "price   train  Out of range     largest is 7",
        "price   train  Unexpected type  FLOAT, not BYTES",
    ]


def test_anomalies_of_the_whole_split_are_shown_too():
    found = anomalies_pb2.Anomalies(data_missing=True)
    found.dataset_anomaly_info.short_description = "Few rows"
    found.dataset_anomaly_info.description = "3, not 100"
    assert anomaly_rows({"eval": found}) == (
        Row("(all columns)", "eval", "Few rows", "3, not 100"),
        Row("(all columns)", "eval", "No rows", "The split is empty."),
    )
