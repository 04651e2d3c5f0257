"""Any score as a number between 0 and 1."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.fusion.spread import between_0_and_1


def test_the_order_of_all_numbers_is_kept():
    sizes = np.concatenate([[0.0], np.exp(np.linspace(-690, 690, 5_000))])
    scores = np.concatenate([-sizes[:0:-1], sizes])
    spread = between_0_and_1(scores)
    assert (np.diff(spread) > 0).all()
    assert (spread > 0).all()
    assert (spread < 1).all()
    assert spread[len(spread) // 2] == 0.5


@given(score=st.floats(1e-12, 1e6), sign=st.sampled_from([-1, 1]))
def test_scores_a_billionth_apart_stay_apart(score, sign):
    near = between_0_and_1(np.array([sign * score, sign * score * (1 + 1e-9)]))
    assert sign * (near[1] - near[0]) > 0


def test_what_is_no_number_stays_none():
    assert np.isnan(between_0_and_1(np.array([np.nan]))).all()
