"""What every network between features and towers is."""

from __future__ import annotations

import abc
from typing import NamedTuple

import tensorflow as tf
from typing_extensions import override

__all__ = ["Network", "Shares"]


class Shares(NamedTuple):
    """How much of each expert or block something takes, the same for all rows.

    Attributes:
        takers: What the rows stand for: streams, or tasks.
        parts: What the columns stand for: experts, or function blocks.
        values: `[takers, parts]`, float32.
    """

    takers: tuple[str, ...]
    parts: tuple[str, ...]
    values: tf.Tensor

    def entropies(self) -> tf.Tensor:
        """`[takers]`, in nats, where rows are probabilities: 0 is decided, log(parts) undecided."""
        return -tf.reduce_sum(tf.math.xlogy(self.values, self.values), axis=1)


class Network(tf.keras.layers.Layer):
    """Turns features into one representation a task; what it does not have to show inside is empty.

    Call arguments:
        features: `[batch, width]`.
        gate_features: `[batch, width]`, what gates read besides, or None.

    Returns:
        `[tasks, batch, units]`, what each task's tower reads; while a `Reading` is under way it may be a list.
    """

    @abc.abstractmethod
    @override
    def call(
        self, features: tf.Tensor, gate_features: tf.Tensor | None = None, training: bool | None = None
    ) -> tf.Tensor: ...

    @property
    def gate_experts(self) -> dict[str, tuple[str, ...]]:
        """For each gate, by the names of `gate_weights`, the experts it weighs."""
        return {}

    def gate_weights(self, features: tf.Tensor, gate_features: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        """How much of each expert every gate takes: `[batch, experts]` under `level_<number>/<stream>`."""
        del features, gate_features
        return {}

    def connection_map(self) -> dict[str, Shares]:
        """By level, how much of each expert every stream takes when serving, where learned for all rows at once."""
        return {}

    def num_open(self) -> dict[str, tf.Tensor]:
        """By level, the expected number of open connections, where they open and close by chance in training."""
        return {}

    def routes(self) -> dict[str, Shares]:
        """By level, the probability with which every task's router takes each function block."""
        return {}

    def policy_loss(self, losses: tf.Tensor, active: tf.Tensor | None = None) -> tf.Tensor:
        """What to add to the objective so that choices made in the last forward pass learn from their losses.

        Args:
            losses: `[tasks]`, what the choices caused, over all replicas; no gradient flows through it.
            active: `[tasks]`, bool: False for a task without a known label in the batch; None if all have.

        Returns:
            A scalar whose gradient moves the choices; the same on every replica.
        """
        del losses, active
        return tf.zeros([])
