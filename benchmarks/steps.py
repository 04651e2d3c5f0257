"""What the step benchmarks share: a model of the size rankers have, random batches, interleaved timing."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.
from models.architectures import PLE
from models.balancers import Balancer
from models.heads import Binary, HeadConfig
from models.inputs import EmbeddingInput, Input
from models.model import MultiTaskModel
from models.optimizers import Adagrad, Adam, Optimizer, build
from models.settings import ModelSettings
from models.signals import SignalConfig
from models.tasks import Task, TaskGraph, label_column
from pipeline.baseline.timing import interleaved_medians

__all__ = ["BATCH", "DIM", "NUM_FEATURES", "Batch", "batch_of", "interleaved_medians", "model_of"]

NUM_FEATURES = 20
DIM = 16
BATCH = 4096

Batch = tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]


def model_of(
    num_tasks: int,
    *,
    num_ids: int,
    embeddings: Optimizer | None = None,
    balancer: Balancer | None = None,
    num_levels: int = 2,
    last: HeadConfig | None = None,
    inputs: Sequence[Input] = (),
    signals: Sequence[SignalConfig] = (),
) -> MultiTaskModel:
    """PLE with 4 shared and 2 specific experts of 128-64 over 20 categorical features of 16 dimensions, compiled.

    Tasks are binary, but for the last one, which may have another head; there may be more inputs, and signals.
    """
    own = tuple(EmbeddingInput(name=f"f{i}", table=f"f{i}", num_ids=num_ids, dim=DIM) for i in range(NUM_FEATURES))
    kinds = [*[Binary()] * (num_tasks - 1), last or Binary()]
    tasks = TaskGraph(
        tuple(Task(name=f"task_{k}", kind=kind, label=f"y{k}") for k, kind in enumerate(kinds)), tuple(signals)
    )
    architecture = PLE(num_levels=num_levels, num_shared=4, num_specific=2, expert=(128, 64))
    model = MultiTaskModel(ModelSettings(architecture=architecture, tower=(64,)), (*own, *inputs), tasks, balancer)
    model.compile(optimizer=build(Adam(), embeddings or Adagrad()))
    return model


def batch_of(model: MultiTaskModel, *, num_ids: int, seed: int = 0) -> Batch:
    """Uniform ids and fair-coin labels."""
    features = {
        f"f{i}": tf.random.stateless_uniform([BATCH], [seed, i], 0, num_ids, tf.int64) for i in range(NUM_FEATURES)
    }
    targets = {
        label_column(loss.name): tf.cast(tf.random.stateless_uniform([BATCH], [seed, -1 - k]) < 0.5, tf.float32)
        for k, loss in enumerate(loss for loss in model.tasks.losses if loss.signal is None)
    }
    return features, targets
