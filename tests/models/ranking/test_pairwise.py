import math

import numpy as np
import pytest
import tensorflow as tf

from models.errors import ConfigError
from models.ranking import BPR, Gap, Hinge

LEVELS = tf.constant([3.0, 1.0, 0.0])
ONE_LIST = tf.zeros([3], tf.int64)


def list_loss(loss, scores=(0.0, 0.0, 0.0)):
    return float(loss(tf.constant(scores), LEVELS, lists=ONE_LIST).losses[0])


def test_a_gap_weighs_pairs_or_widens_their_margins():
    # Pairs of levels (3, 1), (3, 0) and (1, 0) have gaps of 2, 3 and 1; no score is above another.
    assert list_loss(BPR()) == pytest.approx(math.log(2))
    assert list_loss(BPR(gap=Gap.WEIGHT)) == pytest.approx(2 * math.log(2))
    assert list_loss(Hinge(margin=0.5)) == pytest.approx(0.5)
    assert list_loss(Hinge(margin=0.5, gap=Gap.WEIGHT)) == pytest.approx(1.0)
    assert list_loss(Hinge(margin=0.5, gap=Gap.MARGIN)) == pytest.approx(1.0)
    margins = np.log1p(np.exp([1.0, 1.5, 0.5])).mean()
    assert list_loss(BPR(gap=Gap.MARGIN, margin=0.5)) == pytest.approx(margins)


def test_bpr_grows_with_the_margin_where_a_rounded_probability_would_not():
    assert list_loss(BPR(), (-2e4, -1e4, 0.0)) == pytest.approx((1e4 + 2e4 + 1e4) / 3)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: BPR(margin=-1.0), "`margin` must be 0 or positive, got -1.0."),
        (lambda: Hinge(margin=math.inf), "`margin` must be 0 or positive, got inf."),
        (lambda: BPR(gap=Gap.MARGIN), "`margin` must be positive with `gap: margin`, got 0: write one, such as 1."),
    ],
    ids=["negative", "endless", "none to widen"],
)
def test_what_cannot_be_is_refused(make, sentence):
    with pytest.raises(ConfigError, match=sentence):
        make()
