"""Depths of function blocks, one of which a router picks for each task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.bank import ExpertBank
from models.experts.base import Network, Shares
from models.experts.draws import add_count, counted_seed, open_uniform
from models.experts.routers import Routers, RouterTraining
from models.experts.running_mean import RunningMean
from models.experts.style import Style
from models.gradients.reading import reading
from models.seeds import derive

__all__ = ["RoutingNetwork"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class RoutingNetwork(Network):
    """One block a depth for each task; in training routers try blocks, otherwise they take the likeliest.

    Draws are the same on all replicas, since the losses that judge them are of all replicas. What is drawn follows
    from the seed and a count that checkpoints hold. Source and what differs: `models.architectures.Routing`.

    Args:
        tasks: Names, in their order.
        units: Width of the blocks of each depth.
        routers: How they choose and learn.
        style: Of the blocks, and the seed.
    """

    def __init__(
        self, *, tasks: Sequence[str], units: Sequence[int], routers: Routers, style: Style, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.tasks, self.units, self.routers, self.style = tuple(tasks), tuple(units), routers, style
        self._names = tuple(f"shared {number + 1}" for number in range(routers.num_blocks))
        self._banks = [
            ExpertBank(names=self._names, units=[width], style=style, name=f"blocks_{depth}", dtype=self.dtype_policy)
            for depth, width in enumerate(self.units, 1)
        ]
        self._mean = RunningMean(size=len(self.tasks), memory=routers.memory, name="mean_losses", dtype="float32")

    @override
    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the routers' tables and what they remember."""
        self._count = add_count(self)
        self._logits = self.add_weight(
            name="router_logits",
            shape=[len(self.units), len(self.tasks), self.routers.num_blocks],
            initializer="zeros",
            experimental_autocast=False,  # A policy is learned in steps too small for float16.
        )
        self._mean.build(None)
        super().build(input_shape)

    @override
    def call(
        self, features: tf.Tensor, gate_features: tf.Tensor | None = None, training: bool | None = None
    ) -> tf.Tensor:
        """See `Network`."""
        del gate_features  # A router is a table: it reads nothing but the task.
        under_way = reading()
        if under_way is not None:
            features = under_way.port(features)
        if not training:
            return self._through(features, self._one_hot(self._logits), training=training)
        noisy = self._logits + self._noise(self._count)
        self._count.assign_add(1)
        if self.routers.training is RouterTraining.GUMBEL_SOFTMAX:
            return self._through_all(features, tf.nn.softmax(noisy / self.routers.temperature), training=training)
        return self._through(features, self._one_hot(noisy), training=training)

    def _one_hot(self, logits: tf.Tensor) -> tf.Tensor:
        return tf.one_hot(tf.argmax(logits, axis=2), self.routers.num_blocks)

    def _noise(self, count: tf.Tensor) -> tf.Tensor:
        """Gumbel noise: the largest of logits and noise is a draw from the softmax of the logits."""
        seed = counted_seed(derive(self.style.seed, self.name), count)
        return -tf.math.log(-tf.math.log(open_uniform(self._logits.shape, seed)))

    def _through(self, features: tf.Tensor, chosen: tf.Tensor, *, training: bool | None) -> tf.Tensor:
        """`[tasks, batch, units]`, of the blocks chosen alone; `chosen` is `[depth, tasks, blocks]`."""
        hidden = features
        for bank, of_depth in zip(self._banks, tf.unstack(chosen), strict=True):
            hidden = bank(hidden, chosen=of_depth, training=training)
        return hidden

    def _through_all(self, features: tf.Tensor, weights: tf.Tensor, *, training: bool | None) -> tf.Tensor:
        """`[tasks, batch, units]`, of all blocks mixed by `weights`, `[depth, tasks, blocks]`."""
        hidden = tf.repeat(features[None], len(self.tasks), axis=0)
        for bank, of_depth in zip(self._banks, tf.unstack(weights), strict=True):
            rows = tf.reshape(hidden, [-1, hidden.shape[-1]])  # Every block reads the rows of every task.
            outputs = bank(rows, training=training)
            by_task = tf.reshape(outputs, [self.routers.num_blocks, len(self.tasks), -1, outputs.shape[-1]])
            hidden = tf.einsum("kn,nkbu->kbu", tf.cast(of_depth, by_task.dtype), by_task)
        return hidden

    @override
    def routes(self) -> dict[str, Shares]:
        """See `Network`."""
        policies = tf.unstack(tf.nn.softmax(tf.convert_to_tensor(self._logits)))
        return {f"level_{depth}": Shares(self.tasks, self._names, policy) for depth, policy in enumerate(policies, 1)}

    @override
    def policy_loss(self, losses: tf.Tensor, active: tf.Tensor | None = None) -> tf.Tensor:
        """See `Network`; 0 where routers learn through the relaxation."""
        if self.routers.training is not RouterTraining.POLICY_GRADIENT:
            return tf.zeros([])
        losses = tf.stop_gradient(tf.cast(losses, tf.float32))
        active = tf.ones_like(losses, tf.bool) if active is None else active
        advantages = tf.where(active & self._mean.is_known, self._mean.values - losses, 0.0)
        self._mean.add(losses, active)
        logits = tf.convert_to_tensor(self._logits)
        taken = self._one_hot(logits + self._noise(self._count - 1))  # What the last forward pass drew, once more.
        rewards = advantages + self.routers.collaboration * _agreement(tf.nn.softmax(logits), taken)
        log_probabilities = tf.reduce_sum(taken * tf.nn.log_softmax(logits), axis=2)
        return -tf.reduce_sum(tf.stop_gradient(rewards) * log_probabilities)

    @override
    def get_config(self) -> dict[str, Any]:
        own = {"routers": unbind(self.routers), "style": unbind(self.style)}
        return {**super().get_config(), "tasks": self.tasks, "units": self.units, **own}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> RoutingNetwork:
        own = {"routers": bind_or_raise(Routers, config["routers"]), "style": bind_or_raise(Style, config["style"])}
        return cls(**{**config, **own})


def _agreement(policies: tf.Tensor, taken: tf.Tensor) -> tf.Tensor:
    """`[depth, tasks]`: how likely all tasks on average take what a router took, less what it was to expect."""
    common = tf.reduce_mean(policies, axis=1, keepdims=True)
    return tf.reduce_sum((taken - policies) * common, axis=2)
