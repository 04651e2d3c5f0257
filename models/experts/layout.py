"""Weights laid out for serving: what every call would turn around is turned once, at export."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import final

import tensorflow as tf

__all__ = ["ServingLayout", "serving_layout"]


@final
class ServingLayout:
    """The kernels that serving reads in another order than training keeps them in, as variables of their own.

    Turning the first kernels of PLE around takes longer than multiplying by them where one candidate is asked for.
    """

    def __init__(self) -> None:
        self._found: dict[object, tf.Variable] = {}

    @property
    def variables(self) -> list[tf.Variable]:
        """All that was laid out, for the module that is saved."""
        return list(self._found.values())

    def side_by_side(self, kernel: tf.Variable) -> tf.Variable:
        """`[width, experts * units]` of the `[experts, width, units]` that `kernel` holds now."""
        if kernel.ref() not in self._found:
            with tf.init_scope():  # A variable of no graph, though a signature is being traced.
                experts, width, units = kernel.shape
                turned = tf.reshape(tf.transpose(tf.convert_to_tensor(kernel), [1, 0, 2]), [width, experts * units])
                name = f"{kernel.name.partition(':')[0]}_side_by_side"
                self._found[kernel.ref()] = tf.Variable(turned, trainable=False, name=name)
        return self._found[kernel.ref()]

    @contextlib.contextmanager
    def __call__(self) -> Iterator[ServingLayout]:
        """Layers see it inside."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)


_current: contextvars.ContextVar[ServingLayout | None] = contextvars.ContextVar("serving_layout", default=None)


def serving_layout() -> ServingLayout | None:
    """The layout of the export under way; None in any other forward pass."""
    return _current.get()
