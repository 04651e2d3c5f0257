"""Which devices share a step, and in which number format they compute."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from components.trainer.settings import Distribution, Precision

__all__ = ["number_format", "strategy"]

_POLICIES = {
    Precision.FLOAT32: "float32",
    Precision.BFLOAT16: "mixed_bfloat16",
    Precision.FLOAT16: "mixed_float16",
}


def strategy(distribution: Distribution) -> tf.distribute.Strategy:
    """All of this machine's GPUs for `MIRRORED`, or its logical CPUs if it has none; else the default device."""
    if distribution is Distribution.ONE_DEVICE:
        return tf.distribute.get_strategy()
    gpus = tf.config.list_logical_devices("GPU")
    return tf.distribute.MirroredStrategy([device.name for device in gpus or tf.config.list_logical_devices("CPU")])


@contextlib.contextmanager
def number_format(precision: Precision) -> Iterator[None]:
    """Layers made inside compute in `precision`; their weights stay in float32."""
    before = tf.keras.mixed_precision.global_policy()
    tf.keras.mixed_precision.set_global_policy(_POLICIES[precision])
    try:
        yield
    finally:
        tf.keras.mixed_precision.set_global_policy(before)
