"""What balancers are shown in tests."""

import numpy as np
import tensorflow as tf

from models.balancers import Seen
from models.heads import Binary
from models.tasks import Loss, Role

__all__ = ["losses_named", "seen_of"]


def losses_named(*names, roles=None, loss_weights=None, kind=None):
    """Losses of independent tasks."""
    roles = roles or [Role.MAIN] * len(names)
    factors = loss_weights or [1.0] * len(names)
    return tuple(
        Loss(name, name, kind or Binary(), (name,), role, factor)
        for name, role, factor in zip(names, roles, factors, strict=True)
    )


def seen_of(losses=None, *, gram=None, active=None, step=0, declared=None):
    """A step's view of `losses`, or of `gram`: `[tasks, tasks]`, or `[groups, tasks, tasks]`."""
    if gram is not None:
        gram = np.asarray(gram)
        gram = gram[None] if gram.ndim == 2 else gram
    num_tasks = len(losses) if losses is not None else gram.shape[-1]
    losses = np.ones(num_tasks) if losses is None else losses
    active = [True] * num_tasks if active is None else active
    return Seen(
        losses=tf.constant(losses, tf.float32),
        active=tf.constant(active, tf.bool),
        step=tf.constant(step, tf.int64),
        declared=declared or losses_named(*(f"task_{place}" for place in range(num_tasks))),
        gram=None if gram is None else tf.constant(gram, tf.float32),
    )
