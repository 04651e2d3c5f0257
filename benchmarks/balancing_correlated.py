"""The controlled-correlation tasks as rows and a model that any balancer can train."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

import numpy as np
import tensorflow as tf

from benchmarks.correlation_rows import NUM_INPUTS, draw_rows, draw_world
from benchmarks.correlation_training import TOWER
from benchmarks.in_memory import Rows
from models.architectures.base import Architecture
from models.balancers import Balancer, Seen
from models.experts.style import Style
from models.inputs.encoder import Lookup
from models.outputs import predictions
from models.tasks import TaskGraph, known_column, label_column
from models.towers import Towers
from models.training_step import TrainingStep

__all__ = ["CorrelatedModel", "draw"]

INPUTS: Final = "inputs"

Features = Mapping[str, tf.Tensor]


def draw(seed: int, correlation: float, num_rows: Mapping[str, int]) -> dict[str, Rows]:
    """Rows of the tasks of a seed, of two regressions "one" and "two"; see `draw_rows`.

    Args:
        seed: Of tasks and rows.
        correlation: Of the tasks.
        num_rows: By split.
    """
    world, found = draw_world(seed, correlation), {}
    for stream, (split, count) in enumerate(num_rows.items()):
        inputs, labels = draw_rows(world, tf.constant([seed, stream]), num_rows=count)
        targets = {}
        for k, name in enumerate(("one", "two")):
            targets |= {label_column(name): labels[:, k].numpy(), known_column(name): np.ones(count, np.float32)}
        found[split] = Rows({INPUTS: inputs.numpy()}, targets)
    return found


@final
class CorrelatedModel(tf.keras.Model):
    """A network and its towers, without what embeds features; trained by the step of `MultiTaskModel`.

    Args:
        architecture: How tasks share.
        tasks: Two regressions.
        balancer: How much each counts.
        seed: Of initial weights.
    """

    def __init__(self, architecture: Architecture, tasks: TaskGraph, balancer: Balancer, *, seed: int) -> None:
        super().__init__()
        style = Style(seed=seed)
        self.tasks = tasks
        self._network = architecture.build(tuple(task.name for task in tasks.tasks), style)
        self._towers = Towers(tasks=tasks, units=TOWER, style=style)
        self({INPUTS: tf.zeros([1, NUM_INPUTS])})
        self._step = TrainingStep(balancer, tasks, self.trainable_variables, inputs=())

    def call(self, features: Features, training: bool | None = None) -> dict[str, tf.Tensor]:
        """By task, `[batch]`: what it predicts."""
        return predictions(self.tasks, self.logits(features, training=training))

    def logits(
        self, features: Features, *, vectors: Features | None = None, training: bool | None = None
    ) -> dict[str, tf.Tensor]:
        """By task, `[batch]`."""
        del vectors
        return self._towers(self._network(features[INPUTS], training=training), training=training)

    def look_up(self, features: Features) -> dict[str, Lookup]:
        """Nothing: there are no tables."""
        del features
        return {}

    def regularisation(self) -> tf.Tensor:
        """A scalar: what is added to the losses, of the last forward pass."""
        return tf.add_n(self.losses) if self.losses else tf.zeros([])

    def policy_loss(self, seen: Seen, weights: tf.Tensor) -> tf.Tensor:
        """0: nothing is drawn by what it learns."""
        del seen, weights
        return tf.zeros([])

    def train_step(self, data: tuple[Features, Features]) -> dict[str, tf.Tensor]:
        """One forward pass, one loss a task, one update."""
        terms = self._step(self, *data)
        return {"loss": tf.reduce_sum(tf.math.divide_no_nan(terms.sums, terms.counts))}
