"""Gram matrices in tests, the worst among them, and gradient methods run over several steps."""

import dataclasses

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

from models.tasks import Role
from tests.models.balancers.gradients import gram_of
from tests.models.balancers.runs import names_of
from tests.models.balancers.seen import losses_named, seen_of

__all__ = ["GramRunner", "degenerate", "gram_matrices", "mixed_roles"]

SCALES = (1e-10, 1e-5, 1.0, 1e5, 1e10)


def mixed_roles(num_tasks):
    """Losses whose roles alternate, a main one first."""
    roles = [Role.AUXILIARY if place % 2 else Role.MAIN for place in range(num_tasks)]
    return losses_named(*names_of(num_tasks), roles=roles)


def degenerate(num_tasks):
    """`[num, num_tasks, num_tasks]` matrices that break what is written for ordinary ones."""
    draws = np.random.default_rng(num_tasks)
    full = draws.standard_normal((num_tasks, num_tasks + 2))
    line = draws.standard_normal((num_tasks, 1))
    zero, twice, opposed, unlike = full.copy(), full.copy(), full.copy(), full.copy()
    zero[0] = 0.0
    twice[-1] = twice[0]
    opposed[-1] = -opposed[0]
    unlike *= np.logspace(-9, 0, num_tasks)[:, None]
    tiny = full.copy()
    tiny[-1] *= 1e-18  # Its square is 0 in float32, its products with others are not.
    stationary = full - full.mean(axis=0)
    rows = [zero, np.zeros_like(full), twice, opposed, opposed * draws.uniform(0.1, 9, (num_tasks, 1)), unlike, tiny]
    rows += [stationary, full * [[1.0]] + 1e4 * full[:1], -full + 2 * full.mean(axis=0)]
    found = [gram_of(one) for one in rows] + [gram_of(scale * full) for scale in np.sqrt(SCALES)]
    found += [gram_of(line), gram_of(np.abs(line)), np.eye(num_tasks), np.ones((num_tasks, num_tasks))]
    found += [gram_of(full).round(1), np.full((num_tasks, num_tasks), np.nan), gram_of(full) + 1e-7 * draws.random()]
    indefinite = gram_of(line) * (1 + 1e-6 * draws.standard_normal((num_tasks, num_tasks)))  # By rounding.
    return np.stack([*found, (indefinite + indefinite.T) / 2])


@st.composite
def gram_matrices(draw):
    """One matrix of small integers: ties, dependent and opposed gradients and zeros, of any scale."""
    num_tasks, size = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    numbers = draw(st.lists(st.integers(-2, 2), min_size=num_tasks * size, max_size=num_tasks * size))
    lengths = draw(st.lists(st.integers(-4, 4), min_size=num_tasks, max_size=num_tasks))
    rows = np.reshape(numbers, (num_tasks, size)) * 10.0 ** np.reshape(lengths, (num_tasks, 1))
    return gram_of(rows) * draw(st.sampled_from(SCALES))


class GramRunner:
    """A gradient method and its memory, stepped as a model steps it.

    Args:
        declared: The losses.
        num_groups: Of parameters.
        jit: None runs eagerly, else whether XLA compiles the graph.
    """

    def __init__(self, balancer, declared, *, num_groups=1, jit=None):
        self.balancer, self.declared = balancer, tuple(declared)
        self.memory = balancer.build(self.declared, num_groups)
        self._initial = {name: variable.numpy() for name, variable in self.memory.items()}
        self.step = self._step if jit is None else tf.function(self._step, jit_compile=jit)

    def forget(self):
        """Itself, its memory as it was built; a graph that was traced stays."""
        for name, variable in self.memory.items():
            variable.assign(self._initial[name])
        return self

    def _step(self, gram, losses, active, step):
        seen = seen_of(np.ones(len(self.declared)), declared=self.declared)
        seen = dataclasses.replace(seen, losses=tf.where(active, losses, 0.0), active=active, step=step, gram=gram)
        return self.balancer.balance(seen, self.memory)

    def run(self, grams, losses=None, active=None, *, start=0):
        """`[steps, groups, tasks]` weights of `[steps, groups, tasks, tasks]` matrices, `[steps, tasks]` losses."""
        grams = np.asarray(grams, np.float32)
        shape = (grams.shape[0], grams.shape[-1])
        losses = np.ones(shape) if losses is None else losses
        active = np.ones(shape, bool) if active is None else np.asarray(active, bool)
        steps = zip(grams, np.asarray(losses, np.float32), active, strict=True)
        rows = [self.step(*map(tf.constant, (*seen, np.int64(start + place)))) for place, seen in enumerate(steps)]
        return np.stack(rows)
