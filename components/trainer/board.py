"""TensorBoard's view of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import tensorflow as tf

from components.example_gen.split import TRAIN
from components.trainer.drawing import pictures_of
from components.trainer.gradients import gradient_scalars
from components.trainer.record import Interval, TrainingRecord
from models.gradients.telemetry import Sample

__all__ = ["write_board", "write_looks", "write_pictures"]

_RGBA: Final = 4  # Channels of a PNG by matplotlib, as TensorFlow's summary counts them.


def write_board(folder: str, intervals: Sequence[Interval], *, watched_split: str) -> None:
    """Writes the curves of `intervals`, on train and on the watched split, into `folder`.

    Args:
        folder: A call adds to what is there.
        intervals: Those not written yet.
        watched_split: Its name.
    """
    for split in (TRAIN, watched_split):
        writer = tf.summary.create_file_writer(f"{folder}/{split}")
        with writer.as_default():
            for interval in intervals:
                _write(interval.train if split == TRAIN else _watched(interval), interval.step)
        writer.close()


def write_looks(folder: str, samples: Sequence[Sample]) -> None:
    """Writes what `gradient_scalars` tells of those not written yet, under the train split."""
    writer = tf.summary.create_file_writer(f"{folder}/{TRAIN}")
    with writer.as_default():
        for sample in samples:
            _write(gradient_scalars(sample), sample.step)
    writer.close()


def write_pictures(folder: str, record: TrainingRecord) -> None:
    """Writes what `pictures_of` draws into `folder`, under the watched split and the exported step."""
    pictures = pictures_of(record)
    if not pictures:
        return
    step = max(interval.step for interval in record.intervals if interval.epoch == record.selected_epoch)
    values = [
        tf.compat.v1.Summary.Value(
            tag=name,
            image=tf.compat.v1.Summary.Image(
                width=picture.width, height=picture.height, colorspace=_RGBA, encoded_image_string=picture.png
            ),
        )
        for name, picture in pictures.items()
    ]
    writer = tf.summary.create_file_writer(f"{folder}/{record.watched_split}")
    with writer.as_default():
        tf.summary.experimental.write_raw_pb(tf.compat.v1.Summary(value=values).SerializeToString(), step=step)
    writer.close()


def _watched(interval: Interval) -> dict[str, float]:
    watched = {**interval.watched, **interval.inside}
    return watched if interval.score is None else {**watched, "score": interval.score}


def _write(values: Mapping[str, float], step: int) -> None:
    """Writes scalars without TensorBoard itself, which is needed only to look at them."""
    parts = [tf.compat.v1.Summary.Value(tag=name, simple_value=value) for name, value in values.items()]
    tf.summary.experimental.write_raw_pb(tf.compat.v1.Summary(value=parts).SerializeToString(), step=step)
