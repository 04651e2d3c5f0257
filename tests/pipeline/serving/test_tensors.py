"""Arrays in TensorProto and back."""

import hypothesis
import hypothesis.extra.numpy as arrays_of
import numpy as np
import pytest
from hypothesis import strategies as st

from pipeline.serving.messages import message_class
from pipeline.serving.tensors import DTYPES, dtype_of_number, fill_tensor, read_tensor

TensorProto = message_class("tensorflow.TensorProto")


@st.composite
def any_array(draw):
    dtype = draw(st.sampled_from(sorted(DTYPES.values(), key=lambda it: it.number))).numpy
    shape = draw(arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    if dtype != np.object_:
        return draw(arrays_of.arrays(dtype, shape))
    values = draw(st.lists(st.binary(max_size=5), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


@hypothesis.given(any_array())
def test_an_array_comes_back_from_the_wire_as_it_was(array):
    proto = TensorProto()
    fill_tensor(proto, array)
    back = read_tensor(TensorProto.FromString(proto.SerializeToString()))
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_values_packed_as_content_are_read():
    proto = TensorProto(dtype=1, tensor_content=np.array([1.5, -2.0], np.float32).tobytes())
    proto.tensor_shape.dim.add().size = 2
    np.testing.assert_array_equal(read_tensor(proto), np.array([1.5, -2.0], np.float32))


def test_the_last_value_fills_the_rest():
    proto = TensorProto(dtype=9, int64_val=[7, 8])
    proto.tensor_shape.dim.add().size = 4
    np.testing.assert_array_equal(read_tensor(proto), [7, 8, 8, 8])


@pytest.mark.parametrize(
    ("sizes", "fields", "message"),
    [
        ([2], {"float_val": [1.0, 2.0, 3.0]}, r"A tensor of shape \[2\] must hold 2 values, got 3\."),
        ([2], {}, r"A tensor of shape \[2\] must hold 2 values, got 0\."),
        ([10**12], {"float_val": [1.0]}, r"A tensor of shape \[1000000000000\] must hold"),
        ([-1], {"float_val": [1.0]}, r"`tensor_shape` must give every size, got \[-1\]\."),
        ([1], {"tensor_content": b"abc"}, r"`tensor_content` must hold whole DT_FLOAT values, got 3 bytes\."),
        ([1], {"dtype": 8}, r"`dtype` must be one of .* got number 8\."),
    ],
)
def test_a_tensor_that_contradicts_itself_is_refused(sizes, fields, message):
    proto = TensorProto(**{"dtype": 1, **fields})
    for size in sizes:
        proto.tensor_shape.dim.add().size = size
    with pytest.raises(ValueError, match=message):
        read_tensor(proto)


def test_an_element_type_without_a_number_on_the_wire_is_refused():
    with pytest.raises(ValueError, match=r"An array must hold one of .* got complex64\."):
        fill_tensor(TensorProto(), np.zeros(1, np.complex64))


def test_each_number_names_its_type():
    assert {dtype_of_number(dtype.number) for dtype in DTYPES.values()} == set(DTYPES.values())
