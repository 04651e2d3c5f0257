"""CSV rows as batches of typed columns."""

import math

import pytest

from pipeline.serving.errors import FinalServingError
from pipeline.serving.rows import predict_file, read_batches
from pipeline.serving.signatures import Signature, TensorSpec
from pipeline.serving.tensors import DTYPES

INPUTS = {
    name: TensorSpec(name, DTYPES[dtype], (None,), f"{name}:0")
    for name, dtype in (("city", "DT_STRING"), ("age", "DT_FLOAT"), ("visits", "DT_INT64"))
}


@pytest.fixture()
def write(tmp_path):
    def written(content):
        path = tmp_path / "rows.csv"
        path.write_bytes(content)
        return path

    return written


def read(path, batch_rows=1000):
    return list(read_batches(path, INPUTS, batch_rows=batch_rows))


def test_columns_are_found_by_name_and_typed_by_the_signature(write):
    path = write(b'label,visits,city,age\n1,4,"a, ""b""",2.5\n0, 5 ,,7\n')
    assert read(path) == [{"city": ['a, "b"', ""], "age": [2.5, 7.0], "visits": [4, 5]}]


def test_an_empty_number_is_nan_and_an_empty_text_is_empty(write):
    (batch,) = read(write(b"city,age,visits\n, ,1\n"))
    assert batch["city"] == [""] and math.isnan(batch["age"][0])


def test_bytes_that_are_not_utf8_and_a_byte_order_mark_pass(write):
    (batch,) = read(write(b"\xef\xbb\xbfcity,age,visits\n\xff\xfe,1,1\n"))
    assert batch["city"][0].encode(errors="surrogateescape") == b"\xff\xfe"


def test_a_text_of_a_megabyte_is_read(write):
    (batch,) = read(write(b"city,age,visits\n" + b"x" * 2**20 + b",1,1\n"))
    assert len(batch["city"][0]) == 2**20


def test_batches_keep_the_files_order_and_end_with_the_rest(write):
    path = write(b"city,age,visits\n" + b"".join(b"c,1,%d\n" % i for i in range(7)) + b"\n")
    assert [batch["visits"] for batch in read(path, batch_rows=3)] == [[0, 1, 2], [3, 4, 5], [6]]


def test_long_texts_make_smaller_batches(write):
    path = write(b"city,age,visits\n" + (b"x" * 5 * 2**20 + b",1,1\n") * 4)
    assert [len(batch["city"]) for batch in read(path)] == [2, 2]


def test_a_file_with_only_a_header_has_no_batch(write):
    assert read(write(b"city,age,visits\n")) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"rows\.csv` must begin with a header"),
        (b"city,age\nx,1\n", r"must have the columns \['age', 'city', 'visits'\], it lacks \['visits'\]\."),
        (b"city,age,visits\nx,1,1\nx,1\n", r"rows\.csv:3: a row must have 3 fields, got 2\."),
        (b"city,age,visits\nx,old,1\n", r"rows\.csv:2: column `age` must be a number, got 'old'\."),
        (b"city,age,visits\nx,1,1.5\n", r"rows\.csv:2: column `visits` must be a number, got '1\.5'\."),
        (
            b"city,age,visits\nx,1,\n",
            r"rows\.csv:2: column `visits` must have a value: DT_INT64 has none for missing\.",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_line(write, content, message):
    with pytest.raises(FinalServingError, match=message):
        read(write(content))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FinalServingError, match=r"nope\.csv` must be a readable CSV file: No such file or directory\."):
        read(tmp_path / "nope.csv")


def test_a_batch_of_no_rows_is_refused(write):
    with pytest.raises(FinalServingError, match=r"`batch_rows` must be 1 or more, got 0\."):
        read(write(b"city,age,visits\n"), batch_rows=0)


class EchoClient:
    """Takes the types of `predict_columns` and says what it was asked."""

    def signature(self, name):
        assert name == "predict_columns"
        return Signature(name, INPUTS, {})

    def predict(self, columns, *, signature_name):
        return {signature_name: columns["visits"]}

    predict_examples = predict


@pytest.mark.parametrize("signature_name", ["predict_columns", "serving_default"])
def test_each_batch_is_asked_of_the_chosen_signature(write, signature_name):
    path = write(b"city,age,visits\nc,1,1\nc,1,2\nc,1,3\n")
    answers = list(predict_file(EchoClient(), path, signature_name=signature_name, batch_rows=2))
    assert answers == [{signature_name: [1, 2]}, {signature_name: [3]}]
