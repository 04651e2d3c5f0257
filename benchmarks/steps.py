"""What the step benchmarks share: a model of the size rankers have, random batches, interleaved timing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import tensorflow as tf

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.
from models.architectures import PLE
from models.balancers import Balancer
from models.heads import Binary
from models.inputs import EmbeddingInput
from models.model import MultiTaskModel
from models.optimizers import Adagrad, Adam, Optimizer, build
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph, label_column

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
) -> MultiTaskModel:
    """PLE with 4 shared and 2 specific experts of 128-64 over 20 categorical features of 16 dimensions, compiled."""
    inputs = tuple(EmbeddingInput(name=f"f{i}", table=f"f{i}", num_ids=num_ids, dim=DIM) for i in range(NUM_FEATURES))
    tasks = TaskGraph(tuple(Task(name=f"task_{k}", kind=Binary(), label=f"y{k}") for k in range(num_tasks)))
    architecture = PLE(num_levels=num_levels, num_shared=4, num_specific=2, expert=(128, 64))
    model = MultiTaskModel(ModelSettings(architecture=architecture, tower=(64,)), inputs, tasks, balancer)
    model.compile(optimizer=build(Adam(), embeddings or Adagrad()))
    return model


def batch_of(model: MultiTaskModel, *, num_ids: int, seed: int = 0) -> Batch:
    """Uniform ids and fair-coin labels."""
    features = {
        f"f{i}": tf.random.stateless_uniform([BATCH], [seed, i], 0, num_ids, tf.int64) for i in range(NUM_FEATURES)
    }
    targets = {
        label_column(loss.name): tf.cast(tf.random.stateless_uniform([BATCH], [seed, -1 - k]) < 0.5, tf.float32)
        for k, loss in enumerate(model.tasks.losses)
    }
    return features, targets


def interleaved_medians(
    steps: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    warm_up: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds of each step; rounds alternate between steps, so that a busy machine slows all alike.

    Args:
        steps: By name.
        rounds: That count.
        warm_up: Rounds before them.
        clock: `time.process_time` counts what this process's threads worked, whatever else the machine does.
    """
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + warm_up):
        for name, step in steps.items():
            start = clock()
            step()
            if number >= warm_up:
                times[name].append(clock() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}
