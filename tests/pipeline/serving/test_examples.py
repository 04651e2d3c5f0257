"""tf.Examples written without TensorFlow."""

import pytest
import tensorflow as tf

from pipeline.serving.errors import FinalServingError
from pipeline.serving.examples import serialized_examples


def test_tensorflow_reads_each_type_and_finds_missing_values_absent():
    columns = {"city": ["rome", None], "raw": [b"\xff", "é"], "age": [1.5, 2.0], "visits": [2**40, None]}
    first, second = (tf.train.Example.FromString(it).features.feature for it in serialized_examples(columns))
    assert (first["city"].bytes_list.value[0], first["raw"].bytes_list.value[0]) == (b"rome", b"\xff")
    assert (first["age"].float_list.value[0], first["visits"].int64_list.value[0]) == (1.5, 2**40)
    assert sorted(second) == ["age", "raw"]
    assert second["raw"].bytes_list.value[0] == "é".encode()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [1], "b": []}, r"`columns` must be equally long, got \{'a': 1, 'b': 0\}\."),
        ({"a": [[1]]}, r"Column `a` must hold strings or numbers, got \[1\]\."),
    ],
)
def test_what_no_example_can_hold_is_refused(columns, message):
    with pytest.raises(FinalServingError, match=message):
        serialized_examples(columns)
