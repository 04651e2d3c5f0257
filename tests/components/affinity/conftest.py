"""Four tasks over one shared network: one, its twin, its opposite and a coin."""

import numpy as np
import pytest
import tensorflow as tf

from models.architectures import SharedBottom
from models.heads import Binary
from models.model import MultiTaskModel
from models.optimizers import Adagrad, Adam, build
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from tests.models.samples import INPUTS, features_of

NAMES = ("one", "twin", "opposite", "coin")
TASKS = TaskGraph(tuple(Task(name=name, kind=Binary(), label=name) for name in NAMES))


@pytest.fixture
def batch():
    """A batch whose label follows from its features, but for the coin's."""

    def make(rows=256, seed=0):
        draws = np.random.default_rng([seed, 9])
        features = features_of(rows, seed=seed)
        score = features["age"].numpy() + features["user"].numpy() / 25 - 1
        one = draws.random(rows) < 1 / (1 + np.exp(-2 * score))
        labels = {"one": one, "twin": one, "opposite": ~one, "coin": draws.random(rows) < 0.5}
        return features, {f"label/{name}": tf.constant(label, tf.float32) for name, label in labels.items()}

    return make


@pytest.fixture
def model_of():
    """A compiled model of these tasks, whose towers all start alike."""

    def make(architecture=None, *, tasks=TASKS, seed=0, rate=0.01, **settings):
        architecture = architecture or SharedBottom(expert=(6,))
        declared = ModelSettings(**{"architecture": architecture, "tower": (4,), "seed": seed, **settings})
        model = MultiTaskModel(declared, INPUTS, tasks)
        model.compile(optimizer=build(Adam(learning_rate=rate), Adagrad(), clip_norm=None))
        for one in model.trainable_variables:
            if "/towers/" in one.name:
                one.assign(tf.repeat(one[:1], one.shape[0], axis=0))
        return model

    return make
