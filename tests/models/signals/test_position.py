"""A position is learnt from in training, and nowhere else."""

import numpy as np
import pytest
import tensorflow as tf

from models.architectures import SharedBottom
from models.heads import Binary
from models.inputs import DenseInput, EmbeddingInput
from models.model import MultiTaskModel
from models.optimizers import Adagrad, Adam, build
from models.settings import ModelSettings
from models.signals import Position
from models.tasks import Task, TaskGraph
from models.warm_start.names import network_weights, weights_by_name
from tests.models.signals.samples import BATCH, SIGNALS_OF_ALL_KINDS, signal_model, trained

NUM_PLACES, ROWS = 10, 8_000
CLICK = (Task(name="click", kind=Binary(), label="c"),)
BIAS = (Position(name="bias", input="place", tasks=("click",)),)


def auc(labels, scores):
    ranks = scores.argsort().argsort()
    positive = labels > 0
    return (ranks[positive].mean() - (positive.sum() - 1) / 2) / (~positive).sum()


def simulated():
    """A log whose old ranking put what it liked on top, where more is clicked whatever it is."""
    draws = np.random.default_rng(5)
    quality, liked = draws.normal(size=(2, ROWS)).astype(np.float32)
    place = np.clip((NUM_PLACES * (1 - (liked + draws.normal(scale=0.5, size=ROWS)) / 2) / 2), 0, NUM_PLACES - 1)
    place = place.astype(np.int64)
    clicked = draws.random(ROWS) < 1 / (1 + np.exp(-(quality - 3.0 * place / NUM_PLACES)))
    features = {"quality": tf.constant(quality), "liked": tf.constant(liked), "place": tf.constant(place)}
    relevant = draws.random(ROWS) < 1 / (1 + np.exp(-2 * quality))
    return features, {"label/click": tf.constant(clicked, tf.float32)}, relevant


@pytest.mark.slow
def test_what_a_place_adds_to_clicks_does_not_enter_the_served_ranking():
    features, targets, relevant = simulated()
    inputs = (DenseInput(name="quality"), DenseInput(name="liked"))
    place = EmbeddingInput(name="place", table="place", num_ids=NUM_PLACES, dim=4)
    rows = tf.data.Dataset.from_tensor_slices((features, targets)).batch(200)
    found = {}
    for name, signals, read in (("with", BIAS, (*inputs, place)), ("without", (), inputs)):
        settings = ModelSettings(architecture=SharedBottom(expert=(8,)), tower=(), seed=1)
        model = MultiTaskModel(settings, read, TaskGraph(CLICK, signals))
        model.compile(optimizer=build(Adam(learning_rate=0.02), Adagrad(learning_rate=0.2)))
        model.fit(rows, epochs=3, verbose=0)
        found[name] = auc(relevant, model(features)["click"].numpy())
    # Perfect knowledge of quality comes to 0.85 or so; without the tower, what was liked passes for relevant.
    assert found["with"] > found["without"] + 0.02


def test_neither_a_request_nor_an_evaluation_is_asked_for_the_position():
    model = signal_model(SIGNALS_OF_ALL_KINDS)
    assert "place" not in [one.name for one in model.input_specs]
    without = {name: values for name, values in BATCH[0].items() if name != "place"}
    for name, values in model(BATCH[0]).items():
        np.testing.assert_array_equal(model(without)[name], values)
    served = model.logits(BATCH[0], training=False)
    elsewhere = {**BATCH[0], "place": 4 - BATCH[0]["place"]}
    moved = model.logits(elsewhere, training=False)
    for task in ("click", "buy", "spend"):
        np.testing.assert_array_equal(moved[task], served[task])


def test_in_training_it_is_added_to_the_declared_tasks_but_for_rows_left_out():
    model = signal_model((Position(name="bias", input="place", tasks=("click",), dropout=0.5),))
    for weight in model.trainable_weights:  # Biases begin at 0, and tables near it.
        if weight.name.startswith("signals/"):
            weight.assign_add(tf.ones_like(weight))
    served, learnt = (model.logits(BATCH[0], training=training) for training in (False, True))
    added = learnt["click"].numpy() - served["click"].numpy()
    assert 0 < (added == 0).sum() < len(added)
    np.testing.assert_array_equal(learnt["buy"], served["buy"])
    (tower,) = model.signals._by_name.values()
    whole = tower._added(BATCH[0], None)
    np.testing.assert_allclose(np.mean(whole, axis=0), [0.0], atol=1e-6)
    np.testing.assert_allclose(added[added != 0], whole[:, 0].numpy()[added != 0], atol=1e-6)
    by_place = {int(place): value for place, value in zip(BATCH[0]["place"], added, strict=True) if value}
    for place, value in zip(BATCH[0]["place"].numpy(), added, strict=True):
        assert value == 0 or value == pytest.approx(by_place[place], abs=1e-5)


@pytest.mark.slow
def test_its_weights_are_trained_and_are_not_among_those_that_serve():
    model = signal_model(SIGNALS_OF_ALL_KINDS)
    before = {weight.name: weight.numpy() for weight in model.trainable_weights}
    trained(model)
    own = [weight for weight in model.trainable_weights if weight.name.startswith("signals/bias")]
    assert own
    assert all((weight.numpy() != before[weight.name]).any() for weight in own)
    kept = {id(weight) for weight in network_weights(model)}
    assert not any(id(weight) in kept for weight in model.signals.weights)
    assert {id(weight) for weight in weights_by_name(model).values()} == kept


def test_observed_its_loss_is_that_of_the_tasks_logits_with_it():
    model = signal_model((Position(name="bias", input="place", tasks=("click",), observed=True),))
    for weight in model.trainable_weights:
        if weight.name.startswith("signals/bias/bias_logits"):
            weight.assign(tf.zeros_like(weight))
    model.compile(optimizer="sgd")
    # A tower that says 0 explains nothing.
    found = model.test_on_batch(*BATCH, return_dict=True)
    assert found["bias_loss"] == pytest.approx(found["click_loss"], rel=1e-6)
