import numpy as np
import pytest
import tensorflow as tf

from models.architectures import SharedBottom
from models.balancers import MGDA, PELTR, Scope, TaskParameters
from models.balancers.segments import Segments
from models.errors import ConfigError
from models.experts.style import Activation
from models.inputs import EmbeddingInput
from tests.models.samples import INPUTS, PAIR, features_of, model_of, pair_targets

ROWS = 64
AGED = (*INPUTS[:3], EmbeddingInput(name="age", table="age", num_ids=3, dim=2))


def batch(segments):
    return {**features_of(ROWS), "age": tf.constant(segments, tf.int64)}, pair_targets(ROWS)


def stepped(balancer, segments, *, steps=1, **masks):
    model = model_of(
        SharedBottom(expert=(6, 5)), tasks=PAIR, inputs=AGED, balancer=balancer, activation=Activation.TANH
    )
    model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
    step = tf.function(lambda features, targets: model.train_step((features, targets)))
    features, targets = batch(segments)
    for _ in range(steps):
        step(features, targets | masks)
    return model


def segmented(cls=PELTR, **settings):
    return cls(
        scope=Scope.REPRESENTATION,
        segments=Segments(**{"feature": "age", "minimum_rows": 1.0, "memory": 0.0, **settings}),
    )


def weights_of(model):
    return next(weight for weight in model.weights if weight.name.startswith("balance/weights")).numpy()


def test_one_segment_of_all_rows_is_no_segment():
    whole = stepped(PELTR(scope=Scope.REPRESENTATION), np.zeros(ROWS), steps=3)
    one = stepped(segmented(), np.zeros(ROWS), steps=3)
    for weight, twin in zip(whole.trainable_weights, one.trainable_weights, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-4, atol=1e-6, err_msg=weight.name)


@pytest.mark.parametrize("seldom", [False, True])
def test_a_segment_has_the_weights_it_would_have_alone(seldom):
    segments = np.arange(ROWS) % 3
    # A label that few rows of one segment have is not a gradient that is short there.
    of_like = tf.cast((segments != 1) | (np.arange(ROWS) % 4 == 0) if seldom else segments >= 0, tf.float32)
    weights = weights_of(stepped(segmented(MGDA), segments, **{"known/like": of_like}))
    for segment in range(3):
        # Rows of other segments tell nothing: their labels are not known.
        alone = model_of(
            SharedBottom(expert=(6, 5)),
            tasks=PAIR,
            inputs=AGED,
            balancer=MGDA(scope=Scope.REPRESENTATION),
            activation=Activation.TANH,
        )
        alone.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        features, targets = batch(segments)
        known = tf.cast(segments == segment, tf.float32)
        targets = {**targets, "known/click": known, "known/like": known * of_like}
        tf.function(lambda f, t, model=alone: model.train_step((f, t)))(features, targets)
        np.testing.assert_allclose(weights[segment], weights_of(alone)[0], rtol=1e-4, atol=1e-6)


def test_names_of_segments_do_not_matter():
    segments = np.arange(ROWS) % 3
    first, second = weights_of(stepped(segmented(), segments)), weights_of(stepped(segmented(), (segments + 1) % 3))
    # The features differ, since segments are one, but their embeddings of one scale hardly move the gradients.
    assert not np.allclose(first[0], first[1], atol=1e-3)
    np.testing.assert_allclose(first[[0, 1, 2]], second[[1, 2, 0]], atol=0.05)


def test_a_segment_of_few_rows_has_the_weights_of_all():
    segments = np.where(np.arange(ROWS) < 4, 1, 0)
    balance = stepped(segmented(minimum_rows=10.0), segments)._step.balance
    weights = balance.weights.numpy()
    rows = balance._segments.weights_of_rows(balance.weights, tf.constant([0, 1, 2], tf.int64)).numpy()
    np.testing.assert_array_equal(rows[0], weights[0])
    np.testing.assert_array_equal(rows[1:], weights[[-1, -1]])


def test_segments_are_remembered_over_steps():
    balance = stepped(segmented(memory=0.5), np.zeros(ROWS), steps=3)._step.balance
    rows = next(one for one in balance.variables if one.name.startswith("segments/rows")).numpy()
    np.testing.assert_allclose(rows, [ROWS * 1.75, 0, 0, ROWS * 1.75])


def test_segments_change_what_the_shared_layers_learn_and_not_what_towers_do_in_the_first_step():
    segments = np.arange(ROWS) % 3
    whole, apart = stepped(MGDA(scope=Scope.REPRESENTATION), segments), stepped(segmented(MGDA), segments)
    for weight, twin in zip(whole.trainable_weights, apart.trainable_weights, strict=True):
        if "towers" in weight.name:
            np.testing.assert_allclose(weight, twin, rtol=1e-5, atol=1e-7, err_msg=weight.name)
        elif "experts_1" in weight.name:
            assert np.abs(weight - twin).max() > 2e-6, weight.name


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scope": Scope.PARAMETERS}, r"`scope` must be representation with `segments`, got parameters"),
        ({"task_parameters": "weighted"}, r"`task_parameters` must be unweighted with `segments`, got weighted"),
    ],
)
def test_what_segments_cannot_do_is_refused(settings, message):

    settings = {"scope": Scope.REPRESENTATION, **settings}
    if "task_parameters" in settings:
        settings["task_parameters"] = TaskParameters(settings["task_parameters"])
    with pytest.raises(ConfigError, match=message):
        PELTR(segments=Segments(feature="age"), **settings)


def test_segments_must_be_an_input_of_one_id_a_row():
    with pytest.raises(
        ValueError, match=r"segments must be told by an input of one id a row, got 'ages'\. Did you mean `age`\?"
    ):
        model_of(SharedBottom(expert=(6, 5)), tasks=PAIR, inputs=AGED, balancer=segmented(feature="ages"))


def test_too_many_segments_are_refused():
    inputs = (*INPUTS[:3], EmbeddingInput(name="age", table="age", num_ids=2000, dim=2))
    with pytest.raises(ValueError, match=r"`segments.feature` must tell 1024 segments at most, got 2000 ids of 'age'"):
        model_of(SharedBottom(expert=(6, 5)), tasks=PAIR, inputs=inputs, balancer=segmented())
