"""The transformed rows that the last run of a configuration has left."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2

from components.trainer.plan import PLAN_KEY, TrainerPlan
from models.errors import ConfigError
from models.tasks import Role, Task
from pipeline.affinity.errors import NoRowsError
from pipeline.report.errors import UnreadableRunError
from pipeline.report.reading.store import RUN_CONTEXT, StoredRun, read_store

__all__ = ["StoredRows", "last_rows"]

_ROWS, _GRAPH = "transformed_examples", "transform_graph"  # Outputs of TFX's Transform.
_RAW, _MODEL = ("TaskExampleGen", "examples"), ("Trainer", "model")  # Nodes, and outputs of theirs.
_SETTINGS = "custom_config"  # Where TFX keeps what a node was told.


@dataclasses.dataclass(frozen=True)
class StoredRows:
    """Where a run's transformed rows are.

    Attributes:
        run_id: The run's.
        examples: Folder of the splits.
        transform_graph: Folder of the Transform graph, which knows the vocabularies.
        raw_examples: Folder of the splits as ExampleGen wrote them; empty where it is gone.
        model: Folder of the model that the run's Trainer left; empty where it left none, or it is gone.
    """

    run_id: str
    examples: str
    transform_graph: str
    raw_examples: str = ""
    model: str = ""


def last_rows(metadata_file: str, plan: TrainerPlan) -> StoredRows:
    """The rows of the newest run that came to its Trainer.

    Args:
        metadata_file: The MLMD SQLite file.
        plan: What the configuration asks for now: its features and labels must be those of the run.

    Raises:
        NoRowsError: There is no such run, its files are gone, or features or labels have changed since.
    """
    found = _newest(metadata_file)
    if found is None:
        raise NoRowsError(
            f"`CONFIG` must have been run up to its Trainer, whose transformed rows are read, got no such run in "
            f"{metadata_file}: do `evenkeel run` with it first."
        )
    run_id, run, then = found
    if then is None:
        raise NoRowsError(
            f"`CONFIG`'s last run must be of this version of Evenkeel, got run {run_id} of another: "
            "do `evenkeel run` with it again."
        )
    changed = _changed(then, plan)
    if changed:
        raise NoRowsError(
            f"`{changed}` of CONFIG must be as in its last run, whose transformed rows are read, got others than "
            f"run {run_id} had: do `evenkeel run` with it again."
        )
    places = {artifact.key: artifact.uri for artifact in run.artifacts if artifact.key in (_ROWS, _GRAPH)}
    if not all(os.path.isdir(places.get(key, "")) for key in (_ROWS, _GRAPH)):
        raise NoRowsError(
            f"`CONFIG`'s last run must still have its transformed rows, got run {run_id} without them: "
            "do `evenkeel run` with it again."
        )
    raw, model = (_place(run, node, key) for node, key in (_RAW, _MODEL))
    return StoredRows(
        run_id=run_id, examples=places[_ROWS], transform_graph=places[_GRAPH], raw_examples=raw, model=model
    )


def _place(run: StoredRun, node: str, key: str) -> str:
    """The folder of what a node put out; empty where there is none."""
    places = [place for own in run.nodes if own.name == node for place in own.outputs.get(key, ())]
    return places[-1] if places and os.path.isdir(places[-1]) else ""


def _newest(metadata_file: str) -> tuple[str, StoredRun, TrainerPlan | None] | None:
    """The newest run with a Trainer: its id, what it left, and its plan, None where today's code cannot read it."""
    if not pathlib.Path(metadata_file).is_file():  # MLMD would make an empty one.
        return None
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = metadata_file
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE
    store = metadata_store.MetadataStore(config)
    runs = store.get_contexts_by_type(RUN_CONTEXT)
    for context in sorted(runs, key=lambda one: (one.create_time_since_epoch, one.id), reverse=True):
        told = [
            execution.custom_properties[_SETTINGS].string_value
            for execution in store.get_executions_by_context(context.id)
            if _SETTINGS in execution.custom_properties
        ]
        plans = [settings[PLAN_KEY] for text in told if PLAN_KEY in (settings := json.loads(text) or {})]
        if plans:
            try:
                return context.name, read_store(metadata_file, context.name), _plan(plans[-1])
            except UnreadableRunError:
                continue
    return None


def _plan(text: str) -> TrainerPlan | None:
    try:
        return TrainerPlan.from_json(text)
    except ConfigError:
        return None


def _changed(then: TrainerPlan, now: TrainerPlan) -> str | None:
    """The section that decides the rows and is not as it was."""
    if then.inputs != now.inputs:
        return "features"
    if then.watched_split != now.watched_split:
        return "data.split"
    return "tasks" if _labels(then) != _labels(now) else None


def _labels(plan: TrainerPlan) -> list[Task]:
    """The tasks by what decides the columns of rows: a role, a factor or a tower may change between runs."""
    return [
        dataclasses.replace(task, role=Role.MAIN, loss_weight=1.0, tower=None, also_input=()) for task in plan.tasks
    ]
