"""A metadata store as TFX writes it, made without TFX."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping

import pytest
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as mlmd


@dataclasses.dataclass
class Writer:
    """Records runs and executions the way TFX's launcher does."""

    file: str

    def __post_init__(self) -> None:
        config = mlmd.ConnectionConfig()
        config.sqlite.filename_uri = self.file
        config.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        self.store = metadata_store.MetadataStore(config)
        self.types = {
            name: self.store.put_context_type(mlmd.ContextType(name=name))
            for name in ("pipeline", "pipeline_run", "node")
        }
        self.artifact_type = self.store.put_artifact_type(mlmd.ArtifactType(name="Anything"))

    def execute(
        self,
        run_id: str,
        node: str,
        state: mlmd.Execution.State.ValueType,
        *,
        outputs: Mapping[str, tuple[pathlib.Path, Mapping[str, str | int]]] | None = None,
        result: str = "",
        pipeline: str = "shop",
    ) -> None:
        """Records one execution with the artifacts it wrote: key -> (folder, custom properties)."""
        execution_type = self.store.put_execution_type(mlmd.ExecutionType(name=f"components.{node}"))
        execution = mlmd.Execution(type_id=execution_type, last_known_state=state)
        if result:
            execution.custom_properties["__execution_result__"].string_value = result
        written = []
        for key, (folder, properties) in (outputs or {}).items():
            artifact = mlmd.Artifact(type_id=self.artifact_type, uri=str(folder))
            for name, value in properties.items():
                setattr(
                    artifact.custom_properties[name], "int_value" if isinstance(value, int) else "string_value", value
                )
            event = mlmd.Event(type=mlmd.Event.OUTPUT)
            event.path.steps.add().key = key
            written.append((artifact, event))
        contexts = [
            mlmd.Context(type_id=self.types["pipeline"], name=pipeline),
            mlmd.Context(type_id=self.types["pipeline_run"], name=run_id),
            mlmd.Context(type_id=self.types["node"], name=f"{pipeline}.{node}"),
        ]
        self.store.put_execution(execution, written, contexts, reuse_context_if_already_exist=True)


@pytest.fixture
def writer(tmp_path: pathlib.Path) -> Writer:
    return Writer(str(tmp_path / "metadata.sqlite"))
