"""The metadata store that the containers of a run share, and what it knows of a node."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2

from kubeflow.errors import EvictedError, MetadataUnusableError
from kubeflow.placing import declared, placed
from pipeline.config import PipelineConfig
from pipeline.config.kubeflow import GrpcMetadata, MysqlMetadata

__all__ = ["PASSWORD_VARIABLE", "USER_VARIABLE", "Connection", "connection_of", "node_executions", "open_store"]

USER_VARIABLE: Final = "EVENKEEL_METADATA_USER"
PASSWORD_VARIABLE: Final = "EVENKEEL_METADATA_PASSWORD"

WAITS_S: Final = (1, 2, 4, 8, 15, 30)  # A minute in all: a database that is moved is back by then.

_OTHER_SCHEMA: Final = "MLMD database version"  # How MLMD's message begins when the database is not of its release.
_HALF_MADE: Final = "no schema_version can be found"  # And so it says of one whose making was cut off.
_RUN_CONTEXT: Final = "pipeline_run"
_NODE_CONTEXT: Final = "node"

Connection: TypeAlias = metadata_store_pb2.ConnectionConfig | metadata_store_pb2.MetadataStoreClientConfig


def connection_of(config: PipelineConfig, environment: Mapping[str, str] = os.environ) -> Connection:
    """How the declared store is reached; the user of a database and its password are in the environment only."""
    metadata = declared(config).metadata
    if isinstance(metadata, GrpcMetadata):
        return metadata_store_pb2.MetadataStoreClientConfig(host=metadata.host, port=metadata.port)
    found = metadata_store_pb2.ConnectionConfig()
    if isinstance(metadata, MysqlMetadata):
        found.mysql.host, found.mysql.port, found.mysql.database = metadata.host, metadata.port, metadata.database
        found.mysql.user = environment.get(USER_VARIABLE, "root")
        found.mysql.password = environment.get(PASSWORD_VARIABLE, "")
        return found
    found.sqlite.filename_uri = placed(config).metadata_file
    os.makedirs(os.path.dirname(found.sqlite.filename_uri), exist_ok=True)
    found.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return found


def open_store(
    connection: Connection, waits_s: tuple[float, ...] = WAITS_S, sleep: Callable[[float], None] = time.sleep
) -> metadata_store.MetadataStore:
    """Opens the store, which is waited for.

    Raises:
        MetadataUnusableError: It cannot be reached, or is of another release.
    """
    waits = iter(waits_s)
    while True:
        try:
            store = metadata_store.MetadataStore(connection)
            store.get_context_types()
        except EvictedError:  # A signal may come at any time; who is asked to go waits for nothing.
            raise
        except Exception as error:  # MLMD raises RuntimeError, and an error of its own for each status of its service.
            if _OTHER_SCHEMA in str(error):
                raise MetadataUnusableError(_other_schema(connection, error), passing=False) from error
            if (wait_s := next(waits, None)) is None:
                said = _half_made if _HALF_MADE in str(error) else _unreachable
                raise MetadataUnusableError(said(connection, error), passing=said is _unreachable) from error
            sleep(wait_s)
        else:
            return store


def node_executions(
    store: metadata_store.MetadataStore, *, pipeline: str, run_id: str, node: str
) -> list[metadata_store_pb2.Execution]:
    """What the store knows of a node in a run: nothing before its first attempt, one execution after."""
    contexts = (
        store.get_context_by_type_and_name(_RUN_CONTEXT, run_id),
        store.get_context_by_type_and_name(_NODE_CONTEXT, f"{pipeline}.{node}"),
    )
    if None in contexts:
        return []
    of_run, of_node = (store.get_executions_by_context(context.id) for context in contexts)
    ids = {execution.id for execution in of_node}
    return [execution for execution in of_run if execution.id in ids]


def _place(connection: Connection) -> str:
    if isinstance(connection, metadata_store_pb2.MetadataStoreClientConfig):
        return f"the service at {connection.host}:{connection.port}"
    if connection.HasField("mysql"):
        return f"the database {connection.mysql.database!r} at {connection.mysql.host}:{connection.mysql.port}"
    return f"the file {connection.sqlite.filename_uri}"


def _unreachable(connection: Connection, error: Exception) -> str:
    user = ""
    if isinstance(connection, metadata_store_pb2.ConnectionConfig) and connection.HasField("mysql"):
        user = f", or refuses the user {connection.mysql.user!r} of {USER_VARIABLE}"
    return (
        f"`kubeflow.metadata` must name a store that can be reached, but {_place(connection)} does not answer{user} "
        f"({error}): check that it runs, its address and the network policy."
    )


def _half_made(connection: Connection, error: Exception) -> str:
    """MySQL makes tables one by one, and ML Metadata goes on with no half of them."""
    return (
        f"`kubeflow.metadata` must be a whole store, but {_place(connection)} was left half made when the attempt that "
        f"used it first was killed ({error}): no run is in it yet, so drop it and make it anew."
    )


def _other_schema(connection: Connection, error: Exception) -> str:
    said = str(error).split(". ", maxsplit=1)[0]
    return (
        f"`kubeflow.metadata` must be a store of this image's release of ML Metadata, but of {_place(connection)} it "
        f"says: {said}. Use the image that wrote it, an empty database, or upgrade the database as ML Metadata's "
        "guide says."
    )
