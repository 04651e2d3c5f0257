"""Weights read in parts, so that a tape tells which losses reach which part."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator, Sequence
from typing import NamedTuple, final

import tensorflow as tf

__all__ = ["Part", "Reading", "reading", "unread"]

Places = tuple[int, ...]


class Part(NamedTuple):
    """Some rows of a weight, as one forward pass read them.

    Attributes:
        variable: The weight.
        places: Indices along its first axis; None for all of it.
        value: What was read, which a tape can differentiate by.
    """

    variable: tf.Variable
    places: Places | None
    value: tf.Tensor


@final
class Reading:
    """One forward pass of which every part of a weight, and the experts' outputs, are kept for its gradients.

    Layers that hold several networks in one weight run them apart then, those that other tasks read by themselves: a
    backward pass goes only where its loss reaches. What another view of the batch reads again is the same tensor.

    Attributes:
        parts: Of weights, as layers read them.
        experts: Outputs of the last level's experts that several tasks read, `[experts, batch, units]` each.
        ports: What else is read of below by all that lies beyond them, `[batch, width]` each: towers and gates of the
            last level, and experts of one task alone. Experts and ports together are a frontier: whatever a loss
            reaches below it is reached through it.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.experts: list[tf.Tensor] = []
        self.ports: list[tf.Tensor] = []
        self._split: dict[tuple[object, tuple[Places, ...]], list[tf.Tensor]] = {}

    def port(self, tensor: tf.Tensor) -> tf.Tensor:
        """The same tensor, for readers beyond the frontier."""
        self.ports.append(tf.identity(tensor))
        return self.ports[-1]

    def split(self, variable: tf.Variable, groups: Sequence[Places]) -> list[tf.Tensor]:
        """Rows of `variable` by group; the groups hold each place once."""
        key = variable.ref(), tuple(groups)
        if key not in self._split:
            whole = tf.convert_to_tensor(variable)
            self._split[key] = [_rows(whole, places) for places in groups]
            self.parts += [Part(variable, *one) for one in zip(groups, self._split[key], strict=True)]
        return self._split[key]

    def all_parts(self, variables: Sequence[tf.Variable]) -> list[Part]:
        """The parts of `variables`, in their order: those that were read in parts, and all others as a whole."""
        by_key: dict[object, list[Part]] = {}
        for part in self.parts:
            by_key.setdefault(part.variable.ref(), []).append(part)
        return [part for one in variables for part in by_key.get(one.ref(), [Part(one, None, one)])]

    @contextlib.contextmanager
    def __call__(self) -> Iterator[Reading]:
        """Layers see it inside."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)


_current: contextvars.ContextVar[Reading | None] = contextvars.ContextVar("reading", default=None)


def reading() -> Reading | None:
    """The forward pass under way whose parts are wanted; None in any other."""
    return _current.get()


@contextlib.contextmanager
def unread() -> Iterator[None]:
    """Layers inside are run as if no forward pass had to be kept."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def _rows(whole: tf.Tensor, places: Places) -> tf.Tensor:
    first, last = places[0], places[-1]
    if places == tuple(range(first, last + 1)):
        return whole[first : last + 1]
    return tf.gather(whole, places)
