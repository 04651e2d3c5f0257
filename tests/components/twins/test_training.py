"""One signature gives every output, each exactly as its network alone would have learnt it."""

import dataclasses
import functools
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.errors import DivergedTrainingError
from components.trainer.export import export
from components.trainer.record import read_record
from components.trainer.run import training_of
from components.twins import training
from components.twins.training import train_twins
from models.fusion import FusionConfig, PowerProduct
from tests.components.twins.conftest import GRAPH, raw_rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def alone(plan, transformed, examples, tmp_path_factory):
    """Trains the purchase alone, as a Trainer would; gives its weights and what it answers to raw rows."""

    def train(**edits):
        (twin,) = [twin for twin in plan.twins if twin.task.name == "buy"]
        folder = tmp_path_factory.mktemp("alone")
        own = plan.trainer_plan(twin)
        with training_of(own, transformed, files=examples(**edits), folder=str(folder)) as one:
            layer, spec = transformed.transform_features_layer(), transformed.raw_feature_spec()
            export(one.model, layer, spec, columns=plan.columns, folder=str(folder / "served"))
        weights = np.concatenate([weight.numpy().ravel() for weight in one.model.trainable_variables])
        return weights, served(folder / "served")["buy"], one.record

    return functools.cache(train)


def served(folder):
    loaded = tf.saved_model.load(str(folder))
    answers = loaded.signatures["serving_default"](examples=tf.constant(list(raw_rows())))
    return {name: values.numpy() for name, values in answers.items()}


def test_one_signature_answers_every_output_bit_by_bit_as_its_network_alone(
    plan, transformed, examples, alone, tmp_path
):
    place = {"serving": str(tmp_path / "served"), "folder": str(tmp_path)}
    fusion = FusionConfig(formulas={"main": PowerProduct(weights={"click": 1.0, "buy": 0.5})}, served="main")
    served_so = dataclasses.replace(plan, user=("city",), fusion=fusion)
    assert served_so.fingerprint == plan.fingerprint  # Neither decides a weight.
    diverged = train_twins(served_so, transformed, files=examples(), **place)
    assert diverged == {}
    answers = served(tmp_path / "served")
    assert set(GRAPH.served) | {"score"} <= set(answers)
    np.testing.assert_allclose(answers["score"], answers["click"] * answers["buy"] ** 0.5, rtol=1e-6)
    signatures = tf.saved_model.load(str(tmp_path / "served")).signatures
    prices = {"column_000001": tf.constant([0.5, -1.0])}  # The loader's name of the second column.
    once = signatures["predict_candidates"](column_000000=tf.constant([3.0]), **prices)
    each = signatures["predict_columns"](column_000000=tf.constant([3.0, 3.0]), **prices)
    for name in GRAPH.served:
        np.testing.assert_array_equal(once[name], each[name])
    _, answer, record = alone()
    np.testing.assert_array_equal(answers["buy"], answer)
    assert read_record(str(tmp_path / "twins" / "buy")).num_parameters == record.num_parameters
    # Each is a network of its own, not the product of two.
    assert not np.allclose(answers["click_and_buy"], answers["click"] * answers["buy"], rtol=1e-3)
    assert not list(pathlib.Path(plan.checkpoint_root).glob("*"))  # Nothing is left to go on with.


def test_labels_outside_the_parents_clicks_do_not_move_a_conditionals_twin(alone):
    plain, _, _ = alone()
    outside, _, _ = alone(label__buy=everyone_else_buys)
    np.testing.assert_array_equal(outside, plain)


def everyone_else_buys(given):
    labels = np.where(given["known/buy"], given["label/buy"], 1.0)
    assert (labels != given["label/buy"]).sum() > 10
    return labels


def test_a_twin_that_diverges_is_left_out_and_named(plan, transformed, tmp_path, monkeypatch):
    first = dataclasses.replace(plan, twins=plan.twins[:1])

    def diverge(*given, **named):
        raise DivergedTrainingError("The loss is not a number.")

    monkeypatch.setattr(training, "training_of", diverge)
    folder = tmp_path / "model"
    found = train_twins(first, transformed, files=([], []), serving=str(folder), folder=str(tmp_path))
    assert found == {"click": "The loss is not a number."}
    assert not folder.exists()
