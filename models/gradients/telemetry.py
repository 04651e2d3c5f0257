"""What the gradients of the losses have in common, step by step, kept for whoever looks at a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, final

import numpy as np
import tensorflow as tf

from models.balancers import remember
from models.gradients.forward import Features, Pass, Trained, forward
from models.gradients.gram import gram_by_layer, layer_of
from models.gradients.sources import by_weight
from models.tasks import Loss

__all__ = ["Sample", "Telemetry"]

CAPACITY: Final = 512  # Samples; later ones take the place of the first.


class Sample(NamedTuple):
    """One step, looked at.

    Attributes:
        step: Steps before it.
        losses: By loss; 0 without a known label in the batch.
        weights: By loss, what the balancer said; the mean over its groups, where it has several.
        grams: By layer or table that two or more losses reach, `[losses, losses]`: inner products of the gradients of
            the losses times their factors. A loss of factor 0, which is only watched, is taken times 1.
    """

    step: int
    losses: dict[str, float]
    weights: dict[str, float]
    grams: dict[str, np.ndarray]


@final
class Telemetry(tf.Module):
    """Looks at the gradients of every `every`th step, in the graph; checkpoints hold what it has seen.

    A look is a forward pass of its own before the step's, without dropout and other draws, and one pass back for each
    loss; a step without a look pays for nothing but the question whether it is time.

    On several replicas it looks at nothing: a branch cannot wait for another replica.

    Args:
        losses: What is trained, then what is observed.
        variables: The model's trainable ones.
        every: Steps from one look to the next: a look costs one pass back for each loss.
    """

    def __init__(self, losses: Sequence[Loss], variables: Sequence[tf.Variable], *, every: int) -> None:
        super().__init__(name="telemetry")
        self.every = every
        self._names = [loss.name for loss in losses]
        self._layers = list(dict.fromkeys(layer_of(variable) for variable in variables))
        num = len(losses)
        self._grams = remember("telemetry/grams", tf.zeros([CAPACITY, len(self._layers), num, num]))
        self._weights = remember("telemetry/weights", tf.zeros([CAPACITY, num]))
        self._losses = remember("telemetry/losses", tf.zeros([CAPACITY, num]))
        self._steps = remember("telemetry/steps", -tf.ones([CAPACITY], tf.int64))

    @property
    def variables_by_name(self) -> dict[str, tf.Variable]:
        """All it remembers."""
        return {
            "telemetry_grams": self._grams,
            "telemetry_weights": self._weights,
            "telemetry_losses": self._losses,
            "telemetry_steps": self._steps,
        }

    def look(self, model: Trained, features: Features, targets: Features) -> None:
        """Looks at a batch before the step that learns of it, if it is time."""
        is_time = model.optimizer.iterations % self.every == 0
        tf.cond(is_time, lambda: self._keep(forward(model, features, targets, training=False)), lambda: False)

    def keep_weights(self, step: tf.Tensor, weights: tf.Tensor) -> None:
        """Keeps what the balancer said of the losses that it balances, if step `step` was looked at."""
        place = self._place(step)
        weights = tf.pad(weights, [[0, len(self._names) - weights.shape[0]]])
        kept = tf.where(step % self.every == 0, weights, self._weights[place])
        self._weights.scatter_nd_update([[place]], [kept])

    def _place(self, step: tf.Tensor) -> tf.Tensor:
        return (step // self.every) % CAPACITY

    def _keep(self, passed: Pass) -> bool:
        found = [passed.tape.gradient(loss, passed.sources.tensors) for loss in passed.losses]
        grams = gram_by_layer(by_weight(found, passed.sources, passed.factor), len(self._names))
        nothing = tf.zeros([len(self._names)] * 2)
        place = self._place(passed.seen.step)
        self._grams.scatter_nd_update([[place]], [tf.stack([grams.get(layer, nothing) for layer in self._layers])])
        self._losses.scatter_nd_update([[place]], [passed.seen.losses])
        self._steps.scatter_nd_update([[place]], [passed.seen.step])
        return True

    def samples(self) -> list[Sample]:
        """All that is kept, by step."""
        steps, grams = self._steps.numpy(), self._grams.numpy()
        losses, weights = self._losses.numpy().tolist(), self._weights.numpy().tolist()
        return [
            Sample(
                step=int(steps[place]),
                losses=dict(zip(self._names, losses[place], strict=True)),
                weights=dict(zip(self._names, weights[place], strict=True)),
                grams={layer: gram for layer, gram in zip(self._layers, grams[place], strict=True) if gram.any()},
            )
            for place in np.argsort(steps)
            if steps[place] >= 0
        ]
