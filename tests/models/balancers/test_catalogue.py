import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.balancers import BALANCERS, Static
from tests.models.balancers.seen import seen_of

SAMPLES = (Static(),)

losses = st.lists(st.tuples(st.floats(0, 1e6, width=32), st.booleans()), min_size=1, max_size=5)


def test_samples_cover_the_catalogue_and_keys_are_methods():
    assert {type(sample) for sample in SAMPLES} == set(BALANCERS.values())
    assert {balancer().method: balancer for balancer in BALANCERS.values()} == BALANCERS


@pytest.mark.parametrize("balancer", SAMPLES, ids=repr)
@settings(deadline=None)  # The first call builds kernels.
@given(losses=losses)
def test_weights_are_finite_one_a_task_and_0_for_an_absent_one(balancer, losses):
    values, active = (np.array(column) for column in zip(*losses, strict=True))
    seen = seen_of(np.where(active, values, 0.0), active=active, step=3)
    weights = balancer.balance(seen, balancer.build(seen.declared)).numpy()
    assert weights.shape == (len(losses),)
    assert np.isfinite(weights).all()
    assert (weights[~active] == 0).all()
