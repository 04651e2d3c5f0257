"""Small models that learn something beside their tasks."""

import dataclasses

import numpy as np
import tensorflow as tf

from models.inputs import EmbeddingInput
from models.optimizers import Adagrad, Adam, build
from models.signals import Contrastive, Position, Reconstruction
from models.tasks import TaskGraph
from tests.models.samples import FUNNEL, INPUTS, SMALL, features_of, funnel_targets, model_of

__all__ = ["BATCH", "OBSERVED", "PLACE", "SIGNALS_OF_ALL_KINDS", "batch_of", "signal_model", "trained"]

PLACE = EmbeddingInput(name="place", table="place", num_ids=5, dim=2)
SIGNALS_OF_ALL_KINDS = (
    Contrastive(name="views", item="item", loss_weight=0.5),
    Reconstruction(name="rebuilt", inputs=("age", "user"), hidden=(4,)),
    Position(name="bias", input="place", tasks=("click", "buy")),
)
OBSERVED = tuple(dataclasses.replace(signal, observed=True) for signal in SIGNALS_OF_ALL_KINDS)
ROWS = 32


def batch_of(rows=ROWS, *, seed=0):
    places = tf.constant(np.random.default_rng(seed).integers(0, 5, rows))
    return features_of(rows, seed=seed) | {"place": places}, funnel_targets(rows, seed=seed)


BATCH = batch_of()


def signal_model(signals, architecture=SMALL, *, inputs=INPUTS, tasks=FUNNEL, **settings):
    if any(isinstance(signal, Position) for signal in signals):
        inputs = (*inputs, PLACE)
    return model_of(architecture, inputs=inputs, tasks=TaskGraph(tasks.tasks, tuple(signals)), **settings)


def trained(model, *, steps=3, jit_compile=None):
    """Compiled and fitted; what `fit` says of the losses."""
    model.compile(optimizer=build(Adam(learning_rate=0.01), Adagrad(learning_rate=0.1)), jit_compile=jit_compile)
    return model.fit(tf.data.Dataset.from_tensors(BATCH).repeat(steps), verbose=0).history
