"""In which order each task meets the others."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from models.deferred import tf
from models.tasks import Loss

__all__ = ["seed_problems", "visiting_order"]

_SHIFTS: Final = (30, 27, 31)
_FACTORS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def visiting_order(seed: int, step: tf.Tensor, declared: Sequence[Loss]) -> tf.Tensor:
    """Draws, for each task, the order in which it meets all tasks, itself among them.

    Every pair of tasks draws for itself, by the hash of their names: neither the order in which tasks are declared nor
    what other tasks there are changes who is met first. Integers only, so the plain kernels, XLA and every device draw
    the same, which TensorFlow's own generators do not.

    Args:
        seed: Any int32.
        step: Scalar int64.
        declared: The losses; their names count.

    Returns:
        `[tasks, tasks]`; row i lists the tasks in the order in which task i meets them.

    Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the constants of
        SplitMix64.
    """
    names = [loss.name for loss in declared]
    pairs = [[zlib.crc32(f"{name}\0{met}".encode()) for met in names] for name in names]
    start = _mixed(tf.cast(step, tf.uint64) + _mixed(tf.constant(seed % 2**64, tf.uint64)))
    drawn = _mixed(start + tf.constant(pairs, tf.uint64))
    # `argsort` compares signed integers everywhere; the lowest bit is given up for the sign.
    return tf.argsort(tf.cast(tf.bitwise.right_shift(drawn, tf.constant(1, tf.uint64)), tf.int64), axis=1)


def seed_problems(seed: int) -> list[str]:
    """What is wrong with a seed."""
    return [] if -(2**31) <= seed < 2**31 else [f"`seed` must be an int32, got {seed!r}."]


def _mixed(bits: tf.Tensor) -> tf.Tensor:
    """SplitMix64's last step: every bit of the result hangs on every bit given."""
    for shift, factor in zip(_SHIFTS, (*_FACTORS, 1), strict=True):
        bits = tf.bitwise.bitwise_xor(bits, tf.bitwise.right_shift(bits, tf.constant(shift, tf.uint64)))
        bits *= tf.constant(factor, tf.uint64)
    return bits
