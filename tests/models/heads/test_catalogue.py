import typing

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.heads import (
    HEADS,
    MAIN,
    Binary,
    HeadConfig,
    Multiclass,
    Ordinal,
    Quantile,
    Ranking,
    Regression,
    RegressionLoss,
    ZeroInflatedLognormal,
)
from models.ranking import Gain, LambdaLoss

SAMPLES = (
    Binary(),
    Multiclass(num_classes=4),
    *(Regression(loss=loss) for loss in RegressionLoss),
    ZeroInflatedLognormal(),
    Quantile(levels=(0.1, 0.5, 0.9)),
    Quantile(levels=(0.8,)),
    Ordinal(num_levels=5),
    Ranking(list="session"),
)
LABELS = {"binary": 1.0, "multiclass": 3.0, "ordinal": 5.0}  # The rest take any positive number.
each_head = pytest.mark.parametrize("head", SAMPLES, ids=repr)


def logits_of(head, rows, scale=1.0):
    logits = scale * tf.random.stateless_normal([rows, head.width], [3, 1])
    return logits if head.width > 1 else logits[:, 0]


def test_samples_cover_the_catalogue_and_keys_are_names():
    assert {type(sample) for sample in SAMPLES} == set(HEADS.values())
    assert set(typing.get_args(HeadConfig)) == set(HEADS.values())
    assert {sample.name: type(sample) for sample in SAMPLES} == HEADS


@each_head
@settings(deadline=None)  # The first call builds kernels.
@given(label=st.floats(2**-7, 1e6, width=32), scale=st.sampled_from([0.1, 1.0, 40.0]))
def test_losses_and_gradients_are_one_a_row_and_finite(head, label, scale):
    logits = logits_of(head, 3, scale)
    labels = tf.fill([3], LABELS.get(head.name, label))
    assert head.is_label(labels.numpy()).all()
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = head.row_losses(labels, logits)
    assert losses.shape == [3]
    assert np.isfinite(losses).all()
    assert np.isfinite(tape.gradient(losses, logits)).all()


@each_head
def test_what_is_served_has_the_main_output_first_and_the_declared_others(head):
    served = head.serve(logits_of(head, 6))
    assert tuple(served) == (MAIN, *head.suffixes)
    for tensor in served.values():
        assert tensor.shape[0] == 6
        assert tensor.dtype == tf.float32
        assert np.isfinite(tensor).all()
    score = head.score(logits_of(head, 6))
    assert score.shape == ([6, head.width] if isinstance(head, Quantile) else [6])


@each_head
def test_what_a_row_without_a_known_label_holds_gives_a_finite_loss_and_gradient(head):
    # Its label column is 0, which may be no label of the head at all; its weight is 0, and 0 times NaN is NaN.
    logits = logits_of(head, 2)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = head.row_losses(tf.zeros([2]), logits)
    assert np.isfinite(losses).all()
    assert np.isfinite(tape.gradient(losses, logits)).all()


@pytest.mark.parametrize(
    ("head", "good", "bad"),
    [
        (Binary(), [0.0, 1.0], [0.5, 2.0, -1.0, np.nan]),
        (Multiclass(num_classes=3), [0.0, 1.0, 2.0], [3.0, 0.5, -1.0, np.inf]),
        (Ordinal(num_levels=5), [1.0, 5.0], [0.0, 6.0, 2.5]),
        (Ordinal(num_levels=3, lowest=0), [0.0, 2.0], [-1.0, 3.0]),
        (Regression(), [-1e17, 0.0, 7.5], [1e19, np.inf, np.nan]),
        (Regression(loss=RegressionLoss.LOG1P), [0.0, 9.0], [-0.5]),
        (ZeroInflatedLognormal(), [0.0, 120.0], [-1.0, np.inf]),
        (Quantile(), [-3.0, 4.0], [np.nan]),
        (Ranking(list="session"), [0.0, 2.5, 1e9], [-1.0, np.inf, np.nan]),
        (Ranking(list="session", loss=LambdaLoss(gain=Gain.EXPONENTIAL)), [0.0, 30.0], [31.0]),
    ],
    ids=repr,
)
def test_a_head_knows_its_labels(head, good, bad):
    assert head.is_label(np.array(good)).all()
    assert not head.is_label(np.array(bad)).any()


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        (Binary(), "0 or 1"),
        (Ordinal(num_levels=5), "a whole number from 1 to 5"),
        (ZeroInflatedLognormal(), "at least 0"),
        (Regression(), "between -1e+18 and 1e+18"),
        (Quantile(), "within float32"),
        (Ranking(list="session"), "at least 0"),
        (Ranking(list="session", loss=LambdaLoss(gain=Gain.EXPONENTIAL)), "from 0 to 30 for gains of 2^label"),
    ],
    ids=repr,
)
def test_a_head_says_what_a_label_must_be(head, rule):
    assert head.label_rule[0] == rule
