"""Runs one node of a compiled pipeline, through TFX's portable launcher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfx.dsl.compiler import compiler, constants
from tfx.orchestration import metadata
from tfx.orchestration.local import runner_utils
from tfx.orchestration.portable import launcher, runtime_parameter_utils

from pipeline.config import PipelineConfig
from pipeline.graph import build_pipeline

__all__ = ["compile_pipeline", "launch_node", "node_ids", "node_of"]


def compile_pipeline(config: PipelineConfig, run_id: str) -> Any:
    """The pipeline's intermediate representation (a `pipeline_pb2.Pipeline`) for one run."""
    ir = compiler.Compiler().compile(build_pipeline(config))
    parameters = {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
    runtime_parameter_utils.substitute_runtime_parameter(ir, parameters)
    return ir


def node_of(ir: Any, node_id: str) -> Any:
    """The node (a `pipeline_pb2.PipelineNode`) of that name, which there is."""
    return next(node.pipeline_node for node in ir.nodes if node.pipeline_node.node_info.id == node_id)


def node_ids(ir: Any) -> list[str]:
    """The nodes of a compiled pipeline, each after all it depends on."""
    return [node.pipeline_node.node_info.id for node in ir.nodes]


def launch_node(
    ir: Any,
    node_id: str,
    store: metadata.ConnectionConfigType | None = None,
    operators: Mapping[Any, Any] | None = None,
) -> None:
    """Resolves the node's inputs, runs it unless its result is in the cache, and publishes what it made.

    Args:
        ir: A compiled pipeline.
        node_id: Of its node.
        store: Where metadata is kept; None for the pipeline's own file.
        operators: What runs executors, by the kind of their specification; TFX's own where it says nothing.
    """
    deployment = runner_utils.extract_local_deployment_config(ir)
    if store is None:
        kind = deployment.metadata_connection_config.WhichOneof("connection_config")
        store = getattr(deployment.metadata_connection_config, kind)
    launcher.Launcher(
        pipeline_node=node_of(ir, node_id),
        mlmd_connection=metadata.Metadata(store),
        pipeline_info=ir.pipeline_info,
        pipeline_runtime_spec=ir.runtime_spec,
        executor_spec=runner_utils.extract_executor_spec(deployment, node_id),
        custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, node_id),
        custom_executor_operators=dict(operators or {}),
    ).launch()
