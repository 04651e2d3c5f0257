"""A gradient method that decides nothing: what it is told, and it remembers what it saw."""

import dataclasses

import tensorflow as tf

from models.balancers import GramBalancer, remember

__all__ = ["Alternating", "Fixed", "OneLayer"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fixed(GramBalancer):
    """Returns `factors`, or for several groups as many rows of them, and keeps the Gram matrices it was shown."""

    factors: tuple[float, ...]

    def build(self, losses, num_groups=1):
        shape = [num_groups, len(losses), len(losses)]
        return {"seen": remember("seen", tf.zeros(shape)), "times": remember("times", tf.zeros([], tf.int64))}

    def weights(self, problem, memory):
        raise NotImplementedError

    def weigh(self, seen, memory):
        memory["seen"].assign(seen.gram)
        memory["times"].assign_add(1)
        return tf.repeat(tf.constant([self.factors]), seen.gram.shape[0], axis=0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alternating(GramBalancer):
    """Decides otherwise each time it is asked: (1, 2), then (2, 3) and so on."""

    def build(self, losses, num_groups=1):
        return {"times": remember("times", tf.zeros([]))}

    def weights(self, problem, memory):
        raise NotImplementedError

    def weigh(self, seen, memory):
        memory["times"].assign_add(1.0)
        return tf.repeat((memory["times"] + tf.constant([0.0, 1.0]))[None], seen.gram.shape[0], axis=0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class OneLayer(Fixed):
    """Is shown one layer."""

    compares_one_layer = True
