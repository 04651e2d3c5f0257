"""Our serialization against Protocol Buffers' own."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from components.example_gen.wire import bytes_entries, float_entries, serialized_examples

names = st.text(min_size=1, max_size=200)
floats = st.one_of(st.none(), st.floats(width=32, allow_nan=False, allow_infinity=False))
strings = st.one_of(st.none(), st.binary(max_size=300))


@settings(deadline=None)  # The first example imports TensorFlow.
@given(columns=st.dictionaries(names, st.tuples(strings, floats), max_size=6), is_text=st.booleans())
def test_bytes_are_those_of_the_deterministic_protobuf_serialization(columns, is_text):
    from tensorflow.core.example import example_pb2

    # In Python, Protocol Buffers puts a name after those that it begins: see the test below.
    found = [name.encode() for name in {"always", *columns}]
    assume(not any(one != other and other.startswith(one) for one in found for other in found))
    example = example_pb2.Example(features={})
    entries = {"always": float_entries("always", np.array([1.5]), np.array([True]))}
    example.features.feature["always"].float_list.value.append(1.5)
    for name, (text, number) in columns.items():
        known = (text if is_text else number) is not None
        if is_text:
            entries[name] = bytes_entries(name, pa.array([text], pa.binary()))
        else:
            entries[name] = float_entries(name, np.array([number if known else 0.0]), np.array([known]))
        example.features.feature.pop(name, None)  # A column called "always" takes the place of the first.
        if known and is_text:
            example.features.feature[name].bytes_list.value.append(text)
        elif known:
            example.features.feature[name].float_list.value.append(number)
    assert list(serialized_examples(entries)) == [example.SerializeToString(deterministic=True)]


def test_names_that_begin_others_stand_before_them():
    from tensorflow.core.example import example_pb2

    names = ["abc", "b", "a", "ab"]
    entries = {name: float_entries(name, np.array([1.5]), np.array([True])) for name in names}
    (record,) = serialized_examples(entries)
    assert sorted(names, key=lambda name: record.index(b"\x0a" + bytes([len(name)]) + name.encode())) == sorted(names)
    read = example_pb2.Example.FromString(record).features.feature
    assert {name: list(read[name].float_list.value) for name in read} == {name: [1.5] for name in names}


@pytest.mark.parametrize("length", [*range(95, 130), *range(16_340, 16_390)])
def test_lengths_about_a_power_of_128_take_as_many_bytes_as_protobuf_gives_them(length):
    from tensorflow.core.example import example_pb2

    text = b"x" * length
    example = example_pb2.Example()
    example.features.feature["text"].bytes_list.value.append(text)
    (record,) = serialized_examples({"text": bytes_entries("text", pa.array([text], pa.binary()))})
    assert record == example.SerializeToString(deterministic=True)


def test_a_megabyte_and_bytes_of_no_encoding_pass():
    from tensorflow.core.example import example_pb2

    long = b"\xff\xfe" * 2**19
    (record,) = serialized_examples({"text": bytes_entries("text", pa.array([long], pa.binary()))})
    assert example_pb2.Example.FromString(record).features.feature["text"].bytes_list.value == [long]
