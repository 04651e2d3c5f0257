"""Trains a plan's model on rows, and says what it came to."""

from __future__ import annotations

import dataclasses
import posixpath
from collections.abc import Sequence

import tensorflow as tf

from components.trainer.board import write_board, write_looks, write_pictures
from components.trainer.build import build_model, look_interval
from components.trainer.collapse import short_notice
from components.trainer.display import Display
from components.trainer.epochs import Run
from components.trainer.fingerprint import checkpoint_folder
from components.trainer.gates import expert_records, gate_records
from components.trainer.gradient_record import GradientRecord
from components.trainer.gradients import gradient_record
from components.trainer.inside import connection_records, route_records
from components.trainer.pace import reading_rate
from components.trainer.plan import TrainerPlan
from components.trainer.record import ListRecord, TrainingRecord
from components.trainer.rows import Split
from components.trainer.rows.list_count import count_lists
from components.trainer.segments import SegmentColumn, segments_of
from components.trainer.settings import Distribution
from components.warm_start.beginning import Beginning
from models.gradients.telemetry import Sample
from models.inputs import Input
from models.inputs.encoder import is_embedding_table
from models.model import MultiTaskModel

__all__ = ["Trained", "train"]

_BOARD = "tensorboard"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trained:
    """A model with the chosen epoch's weights.

    Attributes:
        model: To be exported.
        record: For the report.
    """

    model: MultiTaskModel
    record: TrainingRecord


def train(
    plan: TrainerPlan,
    inputs: tuple[Input, ...],
    train_rows: Split,
    watched_rows: Split,
    *,
    folder: str,
    segments: Sequence[SegmentColumn] = (),
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    beginning: Beginning | None = None,
) -> Trained:
    """Trains until the plan's rule says stop; takes up what a killed run of the same plan, rows and seed has left.

    Args:
        plan: What to train, and how.
        inputs: The model's.
        train_rows: Rows to learn from.
        watched_rows: Rows of the plan's watched split.
        folder: For TensorBoard.
        segments: Columns by whose values gates are shown apart.
        callbacks: Further ones.
        beginning: What it goes on from; None for fresh weights.

    Raises:
        DivergedTrainingError: A loss or a weight is no longer finite.
        UnusableStartError: What it is to go on from was damaged.
    """
    settings = plan.training
    start = "" if beginning is None else beginning.fingerprint
    checkpoints = checkpoint_folder(plan, inputs, [train_rows.store, watched_rows.store], start=start)
    num_steps = settings.epochs * train_rows.num_batches(settings.batch_size)
    model = build_model(plan, inputs, num_steps=num_steps)
    warm_start = None if beginning is None else beginning.give(model)
    begun = int(model.optimizer.iterations.numpy())
    watched = plan.watched_split
    run = Run(model, train_rows, watched_rows, watched_split=watched, settings=settings, checkpoints=checkpoints)
    resumed_from = run.position.step
    board = posixpath.join(folder, _BOARD)
    write_board(board, run.position.intervals, watched_split=watched)
    num_written = _write_new_looks(board, _looks(model, begun), 0)
    with Display(settings, batches=run.num_batches, watched_split=watched) as display:
        while not run.is_over:
            interval = run.epoch(display, callbacks)
            write_board(board, [interval], watched_split=watched)
            num_written = _write_new_looks(board, _looks(model, begun), num_written)
            display.end_epoch(interval)
    # Of all epochs: the best one's checkpoint ends there.
    gradients = _gradients(plan, model, _looks(model, begun), num_steps=num_steps)
    selected = run.take_best()
    record = _record(
        model, run, plan, train_rows=train_rows, segments=segments, selected=selected, resumed_from=resumed_from
    )
    record = dataclasses.replace(record, gradients=gradients, warm_start=warm_start)
    write_pictures(board, record)
    display.notice(short_notice(record))
    return Trained(model=model, record=record)


def _looks(model: MultiTaskModel, begun: int) -> list[Sample]:
    """What was seen, by steps of this training: the optimizer may have made `begun` before it."""
    return [sample._replace(step=sample.step - begun) for sample in model.looked_at()]


def _write_new_looks(board: str, samples: Sequence[Sample], num_written: int) -> int:
    """Writes what was seen since; returns how many looks are written in all."""
    if samples[num_written:]:
        write_looks(board, samples[num_written:])
    return len(samples)


def _gradients(
    plan: TrainerPlan, model: MultiTaskModel, samples: Sequence[Sample], *, num_steps: int
) -> GradientRecord | None:
    settings = plan.training
    if settings.distribution is Distribution.MIRRORED and settings.look_every_steps:
        return GradientRecord(balancer=plan.balancing.method, every=0)
    every = look_interval(plan, model, num_steps=num_steps)
    return gradient_record(samples, model.tasks.watched, balancer=plan.balancing, every=every) if samples else None


def _record(
    model: MultiTaskModel,
    run: Run,
    plan: TrainerPlan,
    *,
    train_rows: Split,
    segments: Sequence[SegmentColumn],
    selected: int,
    resumed_from: int,
) -> TrainingRecord:
    """What the report is told, of the model with the chosen epoch's weights."""
    batch_size = plan.training.batch_size
    gates = gate_records(model, run.sample, segments_of(segments, run.sample))
    return TrainingRecord(
        intervals=run.position.intervals,
        selected_epoch=selected,
        rule=plan.training.keep.value,
        watched_split=plan.watched_split,
        num_parameters=_size(model.trainable_variables),
        num_embedding_parameters=_size([table for table in model.trainable_variables if is_embedding_table(table)]),
        examples_per_second=run.pace.rows_per_second,
        input_examples_per_second=reading_rate(train_rows.shuffled(seed=0, epoch=1, batch_size=batch_size), batch_size),
        resumed_from_step=resumed_from,
        gates=gates,
        experts=expert_records(gates),
        connections=connection_records(model),
        routes=route_records(model),
        lists=_lists(model, train_rows, limit=plan.training.largest_list),
    )


def _lists(model: MultiTaskModel, rows: Split, *, limit: int) -> ListRecord | None:
    """None without ranking tasks."""
    return None if model.tasks.list_column is None else count_lists(rows, model.tasks, limit=limit)


def _size(variables: Sequence[tf.Variable]) -> int:
    return sum(variable.shape.num_elements() for variable in variables)
