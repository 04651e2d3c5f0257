"""One run of one balancer: trained, judged, and timed beside the static sum."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import math
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import tensorflow as tf

from benchmarks.balancing_results import FINAL, TUNING, Run
from benchmarks.balancing_settings import Asked, Candidate, candidates
from benchmarks.balancing_subjects import Subject, parts, with_roles
from benchmarks.in_memory import Rows, predict, train
from benchmarks.real_cases import scores
from benchmarks.step_cost import full_step
from benchmarks.steps import interleaved_medians
from models.balancers import MetaBalance, Static
from models.tasks import Role, TaskGraph, known_column, label_column

__all__ = ["Cell", "objective", "settings_of", "setup_of", "train_one"]

HELD_OUT: Final = 0.2  # Share of the train rows that chooses settings.
TIMED_SEED: Final = 1
ROUNDS: Final = 25
_ANY_STEPS: Final = 1_000  # What a setup is told by: the same settings whatever the rows.


@dataclasses.dataclass(frozen=True)
class Cell:
    """One method with one architecture on one subject."""

    subject: Subject
    architecture: str
    method: str


def settings_of(cell: Cell, *, num_rows: int | None = None) -> tuple[Candidate, ...]:
    """What is tried; for training on `num_rows` rows, or for any."""
    subject = cell.subject
    a_run = _ANY_STEPS if num_rows is None else subject.epochs * math.ceil(num_rows / subject.batch_size)
    asked = Asked(losses=subject.tasks.losses, tilts=subject.tilts, steps=a_run, users=subject.users)
    return candidates(cell.method, asked)


def setup_of(cell: Cell) -> str:
    """Changes with whatever changes what its runs come to, but for the code."""
    subject = cell.subject
    made_of = (subject.tasks, subject.epochs, subject.batch_size, subject.made_of, settings_of(cell))
    return hashlib.blake2b(repr(made_of).encode(), digest_size=4).hexdigest()


def objective(tasks: TaskGraph, rows: Rows, found: Mapping[str, float]) -> float:
    """What settings are chosen by: the mean score over main outputs, errors in units of their labels' deviation."""
    parts_of_it = []
    for output in tasks.outputs:
        if output.role is Role.MAIN:
            labels = rows.targets[label_column(output.name)][rows.targets[known_column(output.name)] > 0]
            parts_of_it.append(found[output.name] / (1.0 if output.kind.is_binary else float(np.std(labels))))
    return float(np.mean(parts_of_it))


def train_one(cell: Cell, place: int, *, stage: str, seed: int) -> Run:
    """Trains the setting of this place and scores it, on eval rows or, for tuning, on train rows held out."""
    subject, started = cell.subject, time.monotonic()
    rows = subject.rows(seed)
    if stage == TUNING:
        judged, trained = parts(rows["train"], HELD_OUT)
    else:
        trained, judged = rows["train"], rows["eval"]
    setting = settings_of(cell, num_rows=trained.count)[place]
    model = _model(cell, setting, seed)
    train(model, trained, epochs=subject.epochs, batch_size=subject.batch_size, seed=seed)
    predicted = predict(model, judged)
    is_finite = all(np.isfinite(values).all() for values in predicted.values())
    found = scores(subject.tasks, judged, {name: np.nan_to_num(values) for name, values in predicted.items()})
    is_timed = stage == FINAL and seed == TIMED_SEED and cell.method != "static"
    run = Run(
        case=subject.name,
        architecture=cell.architecture,
        method=cell.method,
        setting=setting.label,
        stage=stage,
        seed=seed,
        setup=setup_of(cell),
        parameters=subject.width(cell.architecture)[1],
        scores=found,
        objective=objective(subject.tasks, judged, found),
        is_finite=is_finite,
        step_ratio=_step_ratio(cell, model, trained) if is_timed else None,
        seconds=round(time.monotonic() - started, 1),
    )
    del model
    tf.keras.backend.clear_session()  # A thousand graphs in one process are more than its memory.
    gc.collect()
    return run


def _model(cell: Cell, setting: Candidate, seed: int) -> Any:
    tasks = cell.subject.tasks
    if isinstance(setting.balancer, MetaBalance):
        tasks = with_roles(tasks, cell.subject.main)
    factored = TaskGraph(
        tuple(
            dataclasses.replace(task, loss_weight=task.loss_weight * setting.factors.get(task.name, 1.0))
            for task in tasks.tasks
        )
    )
    return cell.subject.model(cell.architecture, seed, tasks=factored, balancer=setting.balancer)


def _step_ratio(cell: Cell, model: Any, rows: Rows) -> float:
    """Seconds of a step over those of a static sum's, steps of both in turn."""
    static = _model(cell, Candidate("", Static()), TIMED_SEED)
    first = rows.chosen(np.arange(min(cell.subject.batch_size, rows.count)))
    batch = tuple(
        {name: tf.constant(values) for name, values in part.items()} for part in (first.features, first.targets)
    )
    steps = {name: full_step(one, batch) for name, one in (("own", model), ("static", static))}
    seconds = interleaved_medians(steps, rounds=ROUNDS)
    return seconds["own"] / seconds["static"]
