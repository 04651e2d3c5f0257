"""TensorBoard's view of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from components.trainer.record import Interval

__all__ = ["write_board"]


def write_board(folder: str, intervals: Sequence[Interval]) -> None:
    """Writes the curves of `intervals`, train and eval, into `folder`.

    Args:
        folder: A call adds to what is there.
        intervals: Those not written yet.
    """
    for split in ("train", "eval"):
        writer = tf.summary.create_file_writer(f"{folder}/{split}")
        with writer.as_default():
            for interval in intervals:
                values = interval.train if split == "train" else {**interval.eval, "score": interval.score}
                _write(values, interval.step)
        writer.close()


def _write(values: Mapping[str, float], step: int) -> None:
    """Writes scalars without TensorBoard itself, which is needed only to look at them."""
    parts = [tf.compat.v1.Summary.Value(tag=name, simple_value=value) for name, value in values.items()]
    tf.summary.experimental.write_raw_pb(tf.compat.v1.Summary(value=parts).SerializeToString(), step=step)
