"""Each kind of head has its objective, and answers come back in the label's unit."""

import numpy as np
import pytest

from components.trees.objective import LAMBDAMART, objective_of
from models.heads import HEADS, Binary, Multiclass, Quantile, Regression, RegressionLoss, ZeroInflatedLognormal

SAMPLES = [
    (Binary(), "binary", None),
    (Regression(), "regression", None),
    (Regression(loss=RegressionLoss.ABSOLUTE), "regression_l1", None),
    (Regression(loss=RegressionLoss.HUBER, delta=2.5), "huber", 2.5),
    (Regression(loss=RegressionLoss.LOG1P), "regression", None),
    (Quantile(levels=(0.1, 0.4, 0.9)), "quantile", 0.4),
    (ZeroInflatedLognormal(), "regression", None),
]


@pytest.mark.parametrize(("head", "name", "alpha"), SAMPLES, ids=repr)
def test_a_head_is_boosted_by_what_it_predicts(head, name, alpha):
    found = objective_of(head)
    assert (found.name, found.alpha) == (name, alpha)
    labels = np.array([0.0, 1.0, 3.0])
    np.testing.assert_allclose(found.answers(found.targets(labels)), labels)
    assert np.allclose(found.targets(labels), labels) == (head != Regression(loss=RegressionLoss.LOG1P))


def test_every_head_has_one_but_that_of_several_classes():
    assert objective_of(Multiclass(num_classes=3)) is None
    assert {head.name for head, _, _ in SAMPLES} | {"multiclass", "ordinal", "ranking"} == set(HEADS)


def test_a_rankings_answer_keeps_the_order_between_0_and_1():
    scores = np.array([-7.0, 0.0, 0.1, 9.0])
    found = LAMBDAMART.answers(scores)
    assert (np.diff(found) > 0).all()
    assert 0 < found[0] < found[-1] < 1
