"""Checkpoints from which a killed run goes on."""

from __future__ import annotations

import dataclasses
import json
import logging
import posixpath
from collections.abc import Collection, Mapping
from typing import Final

import tensorflow as tf

from components.trainer.record import Interval
from models.binding import bind_or_raise, unbind

__all__ = ["Checkpoints", "Position", "remove_checkpoints"]

_VALUES: Final = "values"
_POSITION: Final = "position.json"

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Position:
    """How far a run has come.

    Attributes:
        epoch: The one under way, from 1.
        batch: Batches of it that are done.
        step: Optimizer steps in all.
        seconds: Spent on the epoch so far.
        intervals: The epochs that are done.
    """

    epoch: int = 1
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    intervals: tuple[Interval, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Marker:
    """What is written last, and so tells a whole checkpoint from half of one.

    Attributes:
        sizes: Bytes of each of its files.
    """

    position: Position
    sizes: dict[str, int]


class Checkpoints:
    """All checkpoints of one run, each in a folder of its own named by its step.

    Args:
        folder: For this run alone; made when it is first needed.
        values: What is saved, by name: anything that TensorFlow can track.
    """

    def __init__(self, folder: str, values: Mapping[str, tf.__internal__.tracking.Trackable]) -> None:
        self._folder = folder
        self._values = tf.train.Checkpoint(**values)

    def save(self, position: Position, *, keep: Collection[int]) -> None:
        """Writes a checkpoint, then removes all others but those of the steps in `keep` and the one before."""
        path = self._path(position.step)
        earlier = [other for other in self._paths() if other < path]
        remove_checkpoints(path)
        tf.io.gfile.makedirs(path)
        self._values.write(posixpath.join(path, _VALUES))
        _write_marker(path, position)
        kept = {path, *earlier[-1:], *(self._path(step) for step in keep)}
        for old in set(self._paths()) - kept:
            remove_checkpoints(old)

    def restore(self) -> Position | None:
        """Reads the newest whole checkpoint; None without one."""
        for path in reversed(self._paths()):
            marker = _read_marker(path)
            if marker is None:
                _logger.warning("The checkpoint %s is not whole; an older one is taken, if there is one.", path)
                continue
            self._values.read(posixpath.join(path, _VALUES)).assert_existing_objects_matched()
            return marker.position
        return None

    def restore_values(self, step: int) -> None:
        """Reads the checkpoint of `step`, which exists."""
        self._values.read(posixpath.join(self._path(step), _VALUES)).assert_existing_objects_matched()

    def _path(self, step: int) -> str:
        return posixpath.join(self._folder, f"step-{step:012d}")

    def _paths(self) -> list[str]:
        return sorted(tf.io.gfile.glob(posixpath.join(self._folder, "step-*")))


def remove_checkpoints(folder: str) -> None:
    """Removes all checkpoints of a run that has ended well, or one of them."""
    if tf.io.gfile.exists(folder):
        tf.io.gfile.rmtree(folder)


def _sizes(path: str) -> dict[str, int]:
    return {name: tf.io.gfile.stat(posixpath.join(path, name)).length for name in tf.io.gfile.listdir(path)}


def _write_marker(path: str, position: Position) -> None:
    text = json.dumps(unbind(_Marker(position=position, sizes=_sizes(path))))
    part = posixpath.join(path, f"{_POSITION}.part")
    with tf.io.gfile.GFile(part, "w") as file:
        file.write(text)
    tf.io.gfile.rename(part, posixpath.join(path, _POSITION))


def _read_marker(path: str) -> _Marker | None:
    """None if the checkpoint is not whole."""
    try:
        with tf.io.gfile.GFile(posixpath.join(path, _POSITION)) as file:
            marker = bind_or_raise(_Marker, json.loads(file.read()))
        return marker if marker.sizes.items() <= _sizes(path).items() else None
    except (tf.errors.OpError, ValueError):
        return None
