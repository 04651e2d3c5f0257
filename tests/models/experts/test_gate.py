import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.experts.gate import Gate


@settings(deadline=None, max_examples=20)  # The first call builds kernels.
@given(num_experts=st.integers(1, 6), scale=st.sampled_from([0.0, 1.0, 1e4]), seed=st.integers(0, 99))
def test_rows_are_shares(num_experts, scale, seed):
    inputs = tf.random.stateless_normal([8, 3], [seed, 0]) * scale
    shares = Gate(num_experts=num_experts, seed=seed)(inputs).numpy()
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-6)


def test_float16_rows_still_sum_to_one():
    inputs = tf.random.stateless_normal([64, 3], [0, 0])
    shares = Gate(num_experts=7, seed=0, dtype="mixed_float16")(inputs)
    assert shares.dtype == tf.float32
    np.testing.assert_allclose(tf.reduce_sum(shares, axis=1), 1.0, rtol=1e-6)


def test_gates_of_different_names_differ():
    inputs = tf.ones([1, 3])
    one, other = (Gate(num_experts=4, seed=0, name=name)(inputs) for name in ("gate_a", "gate_b"))
    assert not np.isclose(one, other).all()
