"""One run's nodes and artifacts in an MLMD store, read without importing TFX."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2

from pipeline.report.errors import UnreadableRunError
from pipeline.report.record import NodeRecord, NodeState

__all__ = ["Place", "StoredArtifact", "StoredRun", "check_store", "latest_run_id", "read_store"]

Place: TypeAlias = str | metadata_store.MetadataStore  # An MLMD SQLite file, or a store that is open, of any kind.

PIPELINE_CONTEXT: Final = "pipeline"
RUN_CONTEXT: Final = "pipeline_run"
NODE_CONTEXT: Final = "node"
RESULT_KEY: Final = "__execution_result__"  # Where TFX puts what a failed executor said.
MS_PER_S: Final = 1_000

_STATES: Final = {
    metadata_store_pb2.Execution.COMPLETE: NodeState.COMPLETE,
    metadata_store_pb2.Execution.CACHED: NodeState.CACHED,
    metadata_store_pb2.Execution.FAILED: NodeState.FAILED,
    metadata_store_pb2.Execution.CANCELED: NodeState.FAILED,
}
_OUTPUT_EVENTS: Final = (metadata_store_pb2.Event.OUTPUT, metadata_store_pb2.Event.DECLARED_OUTPUT)


@dataclasses.dataclass(frozen=True)
class StoredArtifact:
    """One artifact a node wrote.

    Attributes:
        key: The node's output it belongs to, such as "blessing".
        uri: Its folder.
        properties: Its custom properties.
    """

    key: str
    uri: str
    properties: Mapping[str, str | int | float]


@dataclasses.dataclass(frozen=True)
class StoredRun:
    """What the store knows of a run.

    Attributes:
        started: Unix time of the first node's start; 0 where none started.
        nodes: In order of their start, then those only planned.
        artifacts: Of all nodes, in that order.
        error: What a failed node said; empty where none failed or none said anything.
    """

    started: float
    nodes: tuple[NodeRecord, ...]
    artifacts: tuple[StoredArtifact, ...]
    error: str


def check_store(path: str) -> None:
    """Raises `UnreadableRunError` where there is a store that cannot be read; there may be none yet."""
    if pathlib.Path(path).exists():
        _open(path)


def latest_run_id(place: Place, pipeline: str) -> str:
    """The id of the pipeline's run that began last; others may share the store.

    Raises:
        UnreadableRunError: There is no store, none that can be read, or no run of it there.
    """
    store = _open(place)
    context = store.get_context_by_type_and_name(PIPELINE_CONTEXT, pipeline)
    executions = [] if context is None else store.get_executions_by_context(context.id)
    found = {
        one.name: (one.create_time_since_epoch, one.id)
        for execution in executions
        for one in store.get_contexts_by_execution(execution.id)
        if one.type == RUN_CONTEXT
    }
    if not found:
        raise UnreadableRunError(f"`metadata_file` must hold at least one run, got none in {_named(place)}: run first.")
    return max(found, key=lambda name: found[name])


def read_store(place: Place, run_id: str, *, planned: Sequence[str] = ()) -> StoredRun:
    """Reads a run.

    Args:
        place: Where it is on record.
        run_id: The name of the run's context.
        planned: All node ids of the pipeline, in order; those that never started are added.

    Raises:
        UnreadableRunError: There is no store, or no such run in it.
    """
    store = _open(place)
    context = store.get_context_by_type_and_name(RUN_CONTEXT, run_id)
    if context is None:
        wanted = f"`run_id` must name a run of {_named(place)}"
        raise UnreadableRunError(f"{wanted}, got {run_id!r}: leave it out for the newest.")
    executions = sorted(store.get_executions_by_context(context.id), key=lambda found: found.id)
    by_node = {_node_name(store, execution): execution for execution in executions}  # A retry replaces its first try.
    started = min((execution.create_time_since_epoch for execution in executions), default=0) / MS_PER_S
    nodes, artifacts = [], []
    for name, execution in by_node.items():
        written = _outputs(store, execution)
        nodes.append(_node(name, execution, started=started, written=written))
        artifacts += [artifact for of_key in written.values() for artifact in of_key]
    nodes += [NodeRecord(name=name, state=NodeState.NOT_REACHED) for name in planned if name not in by_node]
    return StoredRun(started, tuple(nodes), tuple(artifacts), _error(by_node.values()))


def _named(place: Place) -> str:
    return place if isinstance(place, str) else "the metadata store"


def _open(place: Place) -> metadata_store.MetadataStore:
    if not isinstance(place, str):
        return place
    if not pathlib.Path(place).is_file():  # MLMD would make an empty one.
        raise UnreadableRunError(f"`metadata_file` must be an MLMD SQLite file, got {place}: run first.")
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = place
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE
    try:
        return metadata_store.MetadataStore(config)
    except Exception as error:  # MLMD raises RuntimeError, and an error of its own for what SQLite says.
        said = str(error).split(". ", maxsplit=1)[0]
        raise UnreadableRunError(
            f"`metadata_file` must be a store of this release of ML Metadata, but of {place} it says: {said}. Use the "
            "environment that wrote it, or move the file away, which makes everything anew."
        ) from error


def _node_name(store: metadata_store.MetadataStore, execution: Any) -> str:
    # `Any`: protobuf's generated classes carry no types.
    names = {context.type: context.name for context in store.get_contexts_by_execution(execution.id)}
    # TFX names a node's context "<pipeline>.<node>".
    return names.get(NODE_CONTEXT, execution.type).rpartition(".")[2]


def _node(name: str, execution: Any, *, started: float, written: Mapping[str, Sequence[StoredArtifact]]) -> NodeRecord:
    return NodeRecord(
        name=name,
        state=_STATES.get(execution.last_known_state, NodeState.RUNNING),
        start_s=execution.create_time_since_epoch / MS_PER_S - started,
        seconds=(execution.last_update_time_since_epoch - execution.create_time_since_epoch) / MS_PER_S,
        outputs={key: tuple(artifact.uri for artifact in found) for key, found in written.items()},
    )


def _outputs(store: metadata_store.MetadataStore, execution: Any) -> dict[str, list[StoredArtifact]]:
    events = [event for event in store.get_events_by_execution_ids([execution.id]) if event.type in _OUTPUT_EVENTS]
    by_id = {artifact.id: artifact for artifact in store.get_artifacts_by_id([event.artifact_id for event in events])}
    written: dict[str, list[StoredArtifact]] = {}
    for event in events:
        artifact = by_id[event.artifact_id]
        key = event.path.steps[0].key if event.path.steps else ""
        properties = {name: _value(value) for name, value in artifact.custom_properties.items()}
        written.setdefault(key, []).append(StoredArtifact(key, artifact.uri, properties))
    return written


def _value(value: Any) -> str | int | float:
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind in ("int_value", "double_value", "string_value") else ""


def _error(executions: Any) -> str:
    for execution in executions:
        if execution.last_known_state == metadata_store_pb2.Execution.FAILED:
            text = execution.custom_properties[RESULT_KEY].string_value
            return str(json.loads(text).get("resultMessage", "")) if text else ""
    return ""
