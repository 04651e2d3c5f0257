"""Balancers run over several steps in tests."""

import dataclasses

import numpy as np
import tensorflow as tf

from tests.models.balancers.seen import losses_named, seen_of

__all__ = ["Runner", "names_of", "weights_over"]


def names_of(num_tasks):
    """What the tasks of `seen_of` are called."""
    return tuple(f"task_{place}" for place in range(num_tasks))


class Runner:
    """A balancer and its memory, stepped as a model steps it: weights, an update, the losses after it.

    Args:
        names: Of the losses.
        jit: None runs eagerly, else whether XLA compiles the graph.
    """

    def __init__(self, balancer, names, *, jit=None, kinds=None):
        self.balancer, self.declared = balancer, losses_named(*names)
        if kinds is not None:
            pairs = zip(self.declared, kinds, strict=True)
            self.declared = tuple(dataclasses.replace(loss, kind=kind) for loss, kind in pairs)
        self.memory = balancer.build(self.declared)
        self.step = self._step if jit is None else tf.function(self._step, jit_compile=jit)

    def _step(self, losses, active, step, after):
        seen = dataclasses.replace(seen_of(np.ones(len(self.declared)), declared=self.declared), step=step)
        seen = dataclasses.replace(seen, losses=tf.where(active, losses, 0.0), active=active)
        weights = self.balancer.balance(seen, self.memory)
        if self.balancer.needs_losses_after:
            self.balancer.learn(seen, tf.where(active, after, 0.0), self.memory)
        return weights

    def run(self, losses, active=None, *, start=0):
        """`[steps, tasks]` weights of `[steps + 1, tasks]` losses, each row's losses after being the next row."""
        losses = np.asarray(losses, np.float32)
        active = np.ones(losses.shape, bool) if active is None else np.asarray(active, bool)
        rows = [
            self.step(*map(tf.constant, (losses[i], active[i], np.int64(start + i), losses[i + 1]))).numpy()
            for i in range(len(losses) - 1)
        ]
        return np.array(rows)


def weights_over(balancer, losses, active=None, *, kinds=None):
    """`[steps, tasks]` weights of `[steps + 1, tasks]` losses, see `Runner.run`."""
    return Runner(balancer, names_of(np.shape(losses)[1]), kinds=kinds).run(losses, active)
