"""TFRecord framing against TensorFlow's reader, and against damage."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import UnusableInputError
from components.example_gen.tfrecord import framed, read_records

records = st.lists(st.binary(max_size=50), min_size=1, max_size=5)


@given(records)
def test_what_is_framed_is_read(given_records):
    stream = io.BytesIO(b"".join(map(framed, given_records)))
    assert list(read_records(stream, "x")) == given_records


@given(records, st.data())
def test_a_changed_byte_never_goes_unnoticed(given_records, data):
    content = bytearray(b"".join(map(framed, given_records)))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnusableInputError, match=r"record \d of `x` is cut short or damaged. Write the file again."):
        list(read_records(io.BytesIO(bytes(content)), "x"))


@given(records, st.data())
def test_a_file_cut_within_a_record_names_it(given_records, data):
    whole = b"".join(map(framed, given_records[:-1]))
    last = framed(given_records[-1])
    content = whole + last[: data.draw(st.integers(1, len(last) - 1))]
    with pytest.raises(UnusableInputError, match=f"record {len(given_records)} of `x` is cut short"):
        list(read_records(io.BytesIO(content), "x"))


def test_tensorflow_reads_what_is_framed(tmp_path):
    import tensorflow as tf

    given_records = [b"", b"a", b"\xff" * 100_000]
    (tmp_path / "x").write_bytes(b"".join(map(framed, given_records)))
    assert [item.numpy() for item in tf.data.TFRecordDataset(str(tmp_path / "x"))] == given_records
