"""What it costs to serve one network a task in place of one network for all."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from components.trainer.export import PREDICT_COLUMNS
from components.twins.plan import TwinsPlan
from models.cost import model_cost
from models.expression import ColumnType
from models.inputs import Input
from models.settings import ModelSettings
from models.tasks import TaskGraph
from pipeline.affinity.inputs import stored_inputs
from pipeline.baseline.record import Latency, ServingCost
from pipeline.baseline.rows import RunRows
from pipeline.baseline.subject import Subject
from pipeline.baseline.timing import interleaved_medians
from pipeline.serving.server.model import ServedModel

__all__ = ["serving_cost"]

CANDIDATES: Final = (1, 100, 1_000)
_ROUNDS: Final = 30
_MS_PER_S: Final = 1_000


def serving_cost(subject: Subject, plan: TwinsPlan, rows: RunRows, *, serving: str) -> ServingCost:
    """Counts parameters and operations, and times calls by columns of both models, in turn and in this process.

    Args:
        subject: Has the multi-task model.
        plan: Of the twins.
        rows: Their raw columns, all that examples keep, are what is asked.
        serving: Folder of the twins' SavedModel.
    """
    inputs = stored_inputs(subject.plan, subject.stored.transform_graph)
    alone = [plan.trainer_plan(twin) for twin in plan.twins]
    model = _size([(subject.plan.model, TaskGraph(subject.plan.tasks))], inputs)
    networks = _size([(own.model, TaskGraph(own.tasks)) for own in alone], inputs)
    return ServingCost(
        parameters=(model[0], networks[0]),
        flops=(model[1], networks[1]),
        latency=_latency(subject, rows, (subject.model, serving)),
    )


def _size(networks: Sequence[tuple[ModelSettings, TaskGraph]], inputs: Sequence[Input]) -> tuple[int, int]:
    """Parameters, and operations a row, of all of them; each has embedding tables of its own."""
    parts = [part for settings, tasks in networks for part in model_cost(settings, inputs, tasks)]
    return sum(part.num_parameters for part in parts), sum(part.flops for part in parts)


def _latency(subject: Subject, rows: RunRows, folders: tuple[str, str]) -> tuple[Latency, ...]:
    both = [ServedModel(pathlib.Path(os.path.abspath(folder)), 1) for folder in folders]
    try:
        return tuple(_of_calls(subject, rows, both, candidates=number) for number in CANDIDATES)
    finally:
        for model in both:
            model.close()


def _of_calls(subject: Subject, rows: RunRows, both: Sequence[ServedModel], *, candidates: int) -> Latency:
    places = np.arange(candidates) % len(rows.serialized)
    asked = {name: _cells(rows.raw[name][places], kind) for name, kind in subject.config.kept_columns.items()}

    def call(model: ServedModel) -> Callable[[], object]:
        signature = model.signature(PREDICT_COLUMNS)
        given = {name: asked[name] for name in signature.inputs}
        return lambda: model.run(signature, given)

    took_s = interleaved_medians({str(place): call(model) for place, model in enumerate(both)}, rounds=_ROUNDS)
    own, other = took_s["0"], took_s["1"]
    return Latency(candidates=candidates, model_ms=own * _MS_PER_S, ratio=other / own)


def _cells(values: np.ndarray, kind: ColumnType) -> np.ndarray:
    """As `predict_columns` takes them."""
    if kind is ColumnType.STRING:
        return np.array([value.encode() for value in values.tolist()], object)
    return values.astype(np.float32)
