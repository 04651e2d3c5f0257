"""Python columns as arrays and back."""

import numpy as np
import pytest

from pipeline.serving.columns import arrays_of_columns, columns_of_arrays
from pipeline.serving.errors import FinalServingError
from pipeline.serving.signatures import Signature, TensorSpec
from pipeline.serving.tensors import DTYPES


def signature(**inputs):
    specs = {name: TensorSpec(name, DTYPES[dtype], shape, f"{name}:0") for name, (dtype, shape) in inputs.items()}
    return Signature("predict_columns", specs, {})


def test_a_missing_value_is_nan_or_the_empty_string():
    asked = signature(city=("DT_STRING", (None,)), age=("DT_FLOAT", (None,)))
    arrays = arrays_of_columns({"city": ["rome", None], "age": [3, None]}, asked)
    assert arrays["city"].tolist() == [b"rome", b""]
    np.testing.assert_array_equal(arrays["age"], np.array([3, np.nan], np.float32))


def test_a_column_takes_the_shape_that_the_signature_wants():
    asked = signature(a=("DT_FLOAT", (None, 1)), b=("DT_FLOAT", None))
    arrays = arrays_of_columns({"a": [1, 2], "b": [1, 2]}, asked)
    assert (arrays["a"].shape, arrays["b"].shape) == ((2, 1), (2,))


def test_text_of_any_bytes_survives():
    raw = b"caf\xc3\xa9 \xff\x00"
    asked = signature(city=("DT_STRING", (None,)))
    arrays = arrays_of_columns({"city": [raw, raw.decode(errors="surrogateescape")]}, asked)
    assert arrays["city"].tolist() == [raw, raw]
    assert columns_of_arrays({"city": arrays["city"]})["city"] == [raw.decode(errors="surrogateescape")] * 2
    assert columns_of_arrays({"city_bytes": arrays["city"]})["city_bytes"] == [raw, raw]


def test_a_users_column_holds_one_value_for_all_candidates():
    asked = signature(user=("DT_STRING", (1,)), price=("DT_FLOAT", (None,)))
    arrays = arrays_of_columns({"user": ["ann"], "price": [1, 2, 3]}, asked)
    assert {name: array.shape for name, array in arrays.items()} == {"user": (1,), "price": (3,)}
    with pytest.raises(FinalServingError, match=r"must hold one value, which is every candidate's, got {'user': 3}"):
        arrays_of_columns({"user": ["ann"] * 3, "price": [1, 2, 3]}, asked)


def test_outputs_of_any_rank_become_nested_lists():
    names = np.array([[b"a", b"b"]], object)
    assert columns_of_arrays({"pair": np.array([[1.0, 2.0]]), "names": names}) == {
        "pair": [[1.0, 2.0]],
        "names": [["a", "b"]],
    }


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"city": ["x"]}, r"must be the inputs of `predict_columns`: missing \['age', 'count'\], unknown \[\]\."),
        ({"city": ["x"], "age": [1], "count": [1], "aeg": [1]}, r"missing \[\], unknown \['aeg'\]\."),
        ({"city": ["x"], "age": [1, 2], "count": [1]}, r"`columns` must be equally long"),
        ({"city": [1], "age": [1], "count": [1]}, r"Column `city` must hold strings, got 1"),
        ({"city": ["x"], "age": ["1"], "count": [1]}, r"Column `age` must hold DT_FLOAT values, got '1'\."),
        ({"city": ["x"], "age": [1], "count": [None]}, r"Column `count` must hold DT_INT64 values, got None\."),
        ({"city": ["x"], "age": [1], "count": [1.5]}, r"Column `count` must hold whole numbers, got 1\.5\."),
        ({"city": ["x"], "age": [1], "count": [2**70]}, r"Column `count` must hold DT_INT64 values"),
        ({"city": ["x"], "age": [[1]], "count": [1]}, r"Column `age` must hold DT_FLOAT values"),
    ],
)
def test_a_column_that_does_not_fit_is_named(columns, message):
    asked = signature(city=("DT_STRING", (None,)), age=("DT_FLOAT", (None,)), count=("DT_INT64", (None,)))
    with pytest.raises(FinalServingError, match=message):
        arrays_of_columns(columns, asked)


def test_an_input_of_many_values_a_row_is_no_column():
    with pytest.raises(FinalServingError, match=r"Input `a` must be one value a row .* its shape is \[\?, 2\]\."):
        arrays_of_columns({"a": [1]}, signature(a=("DT_FLOAT", (None, 2))))
