"""A configuration as a pipeline of Kubeflow Pipelines: a container for each node, chained for order only."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kfp import compiler, dsl

from kubeflow.container import NodeCommand, node_component
from kubeflow.intermediate import compiled, fingerprint_of, upstream_nodes
from kubeflow.parameters import RUN_ID, run_parameters
from kubeflow.placing import declared
from kubeflow.resources import give
from models.binding import nearest, unbind
from models.errors import raise_if_any
from pipeline.config import PipelineConfig
from pipeline.config.kubeflow import SqliteMetadata

__all__ = ["compile_yaml"]

_FILE: Final = "pipeline.yaml"
_TUNER: Final = "Tuner"
_TWINS: Final = "SingleTaskTwins"


def compile_yaml(config: PipelineConfig, assignments: Sequence[str] = ()) -> str:
    """The pipeline as YAML that the API of Kubeflow Pipelines takes; the same configuration gives the same bytes.

    Args:
        config: A checked configuration with a section `kubeflow`.
        assignments: What was set from the command line over its file, such as `training.epochs=2`: nodes set it, too.

    Raises:
        NotDeclaredError: There is no such section.
        ConfigError: It names nodes that there are not.
    """
    section = declared(config)
    waits_for = upstream_nodes(compiled(config))
    trainings = _trainings(config)
    _check_nodes(section.nodes, {**trainings, **waits_for})
    raise_if_any("kubeflow", [problem for key in section.overrides for problem in _problems_with(key, unbind(config))])
    command = NodeCommand(
        image=section.image, config=section.config, fingerprint=fingerprint_of(config), assignments=tuple(assignments)
    )
    if isinstance(section.metadata, SqliteMetadata):
        waits_for = _one_by_one(waits_for)
    parameters = run_parameters(section)

    def _chained(*channels: Any) -> None:  # Any: what kfp passes for a parameter has no public type.
        tasks: dict[str, dsl.PipelineTask] = {}
        for node, upstream in waits_for.items():
            component = node_component(node, command, parameters)
            given = dict(zip((parameter.name for parameter in parameters), channels, strict=True))
            tasks[node] = component(**{RUN_ID: dsl.PIPELINE_JOB_ID_PLACEHOLDER}, **given)
            tasks[node].set_display_name(node).set_caching_options(False)  # TFX's cache decides, and says so in MLMD.
            tasks[node].after(*(tasks[name] for name in upstream))
            give(tasks[node], section.settings_of(node, trainings=trainings.get(node, 0)), section)

    _chained.__signature__ = inspect.Signature([parameter.signature for parameter in parameters])  # type: ignore[attr-defined]
    return _written(dsl.pipeline(_chained, name=config.name.replace("_", "-")))


def _trainings(config: PipelineConfig) -> dict[str, int]:
    """By node that trains beside the Trainer, how many times; a search that is declared may be asked for."""
    searched = {} if config.search is None else {_TUNER: config.search.num_trainings}
    return searched if config.twins is None else {**searched, _TWINS: len(config.graph.outputs)}


def _check_nodes(declared_nodes: Mapping[str, object], nodes: Mapping[str, object]) -> None:
    unknown = sorted(set(declared_nodes) - set(nodes))
    raise_if_any(
        "kubeflow", [f"`nodes` must name nodes of this pipeline, got {n!r}. {nearest(n, nodes)}" for n in unknown]
    )


def _problems_with(override: str, declared_values: Any) -> list[str]:  # Any: a tree of plain values.
    """Why no run could set it; what is not declared has no fields to be set one by one."""
    for name in override.split("."):
        if not isinstance(declared_values, Mapping) or name not in declared_values:
            said = f"`overrides` must hold keys of this configuration, got {override!r}, of which {name!r} is none."
            return [f"{said} {nearest(name, declared_values)}" if isinstance(declared_values, Mapping) else said]
        declared_values = declared_values[name]
    return []


def _one_by_one(waits_for: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    nodes = list(waits_for)
    return {node: [*waits_for[node], *nodes[index - 1 : index]] for index, node in enumerate(nodes)}


def _written(pipeline: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, _FILE)
        compiler.Compiler().compile(pipeline, path)
        with open(path, encoding="utf-8") as file:
            return file.read()
