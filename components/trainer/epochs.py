"""A training run, epoch by epoch: trained by Keras, judged, saved, taken up again after a kill."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping, Sequence
from typing import Final, final

import tensorflow as tf

from components.trainer.checkpoints import Checkpoints, Position
from components.trainer.choice import EpochJudge
from components.trainer.display import Display
from components.trainer.eviction import Eviction
from components.trainer.finite import FiniteGuard, check_losses, check_weights
from components.trainer.inside import inside_scalars
from components.trainer.pace import Pace
from components.trainer.record import Interval
from components.trainer.rows import Split
from components.trainer.saver import Saver
from components.trainer.settings import TrainingSettings
from models.model import MultiTaskModel
from models.signals import Contrastive

__all__ = ["EVAL_BATCH", "Run"]

EVAL_BATCH: Final = 4_096  # Nothing is kept for gradients, so it may be larger than a training batch.


@final
class Run:
    """One training run.

    Attributes:
        position: How far it has come; not the start if a killed run left a checkpoint.
        pace: How fast it is.
        sample: Features of some watched rows, on which it is looked inside the model.

    Args:
        model: Compiled, with initial weights and a built optimizer.
        train: Rows to learn from.
        watched: Rows whose losses are looked at after every epoch.
        watched_split: Their split; only validation may choose the epoch.
        settings: How long, in which batches, by which rule.
        checkpoints: Folder of this run's checkpoints; the newest there is taken up.
    """

    def __init__(
        self,
        model: MultiTaskModel,
        train: Split,
        watched: Split,
        *,
        watched_split: str,
        settings: TrainingSettings,
        checkpoints: str,
    ) -> None:
        self.pace = Pace(settings.batch_size)
        self._model, self._train, self._settings = model, train, settings
        self._watched_split, self._watched_batches = watched_split, _watched_batches(model, watched, settings)
        # Sorted rows would show a sample of like ones first.
        self.sample = next(iter(watched.shuffled(seed=0, epoch=1, batch_size=EVAL_BATCH)))[0]
        self._judge = EpochJudge(model.tasks, settings)
        means = {f"metric_{index}": metric for index, metric in enumerate(model.metrics)}
        self._checkpoints = Checkpoints(checkpoints, {"model": model, **means})
        self.position = self._checkpoints.restore() or Position()

    @property
    def num_batches(self) -> int:
        """Of one epoch."""
        return self._train.num_batches(self._settings.batch_size)

    @property
    def is_over(self) -> bool:
        """Whether the rule says stop."""
        return self._judge.is_over(self._losses(self.position.intervals))

    def epoch(self, display: Display, callbacks: Sequence[tf.keras.callbacks.Callback] = ()) -> Interval:
        """Trains and judges one epoch, or what a killed run has left of it.

        Raises:
            EvictedTrainingError: The process was asked to end; the run is saved.
        """
        with Eviction() as eviction:
            interval = self._epoch(display, callbacks, eviction)
            eviction.check(interval.step)
        return interval

    def _epoch(
        self, display: Display, callbacks: Sequence[tf.keras.callbacks.Callback], eviction: Eviction
    ) -> Interval:
        begun, started = self.position, time.monotonic()
        guard = FiniteGuard(self._batches, where=f"epoch {begun.epoch}", done=begun.batch)
        every = self._settings.checkpoint_every_steps
        saver = Saver(self._save, guard, begun, every=every, batches=self.num_batches, eviction=eviction)
        display.begin_epoch(begun.epoch, begun.batch)
        history = self._model.fit(
            self._batches(begun.batch),
            initial_epoch=begun.epoch - 1,
            epochs=begun.epoch,
            verbose=0,
            callbacks=[guard, saver, self.pace, display, *callbacks],
        ).history
        guard.check()
        check_weights(self._model, where=f"after epoch {begun.epoch}")
        interval = Interval(
            epoch=begun.epoch,
            step=begun.step + self.num_batches - begun.batch,
            train=_finite({name: values[-1] for name, values in history.items()}),
            watched=self._evaluate(),
            score=None,
            seconds=begun.seconds + time.monotonic() - started,
            inside=inside_scalars(self._model, self.sample),
        )
        score = self._judge.score(self._losses([*begun.intervals, interval]))
        return self._end(dataclasses.replace(interval, score=score))

    def take_best(self) -> int:
        """Gives the model the weights of the chosen epoch; returns which it is, from 1."""
        best = self._best(self.position.intervals)
        if best.step != self.position.step:
            self._checkpoints.restore_values(best.step)
        return best.epoch

    def _end(self, interval: Interval) -> Interval:
        intervals = (*self.position.intervals, interval)
        self.position = Position(epoch=interval.epoch + 1, step=interval.step, intervals=intervals)
        self._save(self.position)
        return interval

    def _save(self, position: Position) -> None:
        keep = [self._best(position.intervals).step] if position.intervals else []
        self._checkpoints.save(position, keep=keep)

    def _batches(self, skip: int) -> tf.data.Dataset:
        return self._train.shuffled(
            seed=self._settings.seed, epoch=self.position.epoch, batch_size=self._settings.batch_size, skip=skip
        )

    def _evaluate(self) -> dict[str, float]:
        where = f"on the {self._watched_split} split after epoch {self.position.epoch}"
        values = self._model.evaluate(self._watched_batches, return_dict=True, verbose=0)
        check_losses(self._model, values, where=where, rows=self._watched_batches)
        return _finite(values)

    def _losses(self, intervals: Sequence[Interval]) -> list[dict[str, float]]:
        names = [loss.name for loss in self._model.tasks.losses]
        return [{name: interval.watched[f"{name}_loss"] for name in names} for interval in intervals]

    def _best(self, intervals: Sequence[Interval]) -> Interval:
        return intervals[self._judge.best(self._losses(intervals)) - 1]


def _watched_batches(model: MultiTaskModel, watched: Split, settings: TrainingSettings) -> tf.data.Dataset:
    """In order; as in training where a row is told from the others of its batch: among more of them it is harder."""
    if any(isinstance(signal, Contrastive) for signal in model.tasks.signals):
        return watched.shuffled(seed=0, epoch=1, batch_size=settings.batch_size // settings.batch_parts)
    return watched.sorted(EVAL_BATCH)


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    """Leaves out what is not defined, such as the AUC of one class."""
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}
