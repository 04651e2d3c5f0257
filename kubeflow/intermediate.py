"""What TFX compiles of a configuration: the nodes, their order, and a fingerprint of all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import json_format

from kubeflow.placing import placed
from pipeline.config import PipelineConfig
from pipeline.launch import compile_pipeline

__all__ = ["compiled", "fingerprint_of", "upstream_nodes"]

_ANY_RUN: Final = "any"  # The fingerprint is the same for every run.


def compiled(config: PipelineConfig, run_id: str = _ANY_RUN) -> Any:
    """The intermediate representation (a `pipeline_pb2.Pipeline`) of a configuration in a container."""
    return compile_pipeline(placed(config), run_id)


def fingerprint_of(config: PipelineConfig) -> str:
    """16 hexadecimal digits; others for another configuration, other code of ours or another release of TFX."""
    text = json.dumps(json_format.MessageToDict(compiled(config)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def upstream_nodes(ir: Any) -> Mapping[str, list[str]]:
    """What each node waits for, by the node's name; a node comes after all it waits for."""
    nodes = [node.pipeline_node for node in ir.nodes]
    return {node.node_info.id: sorted(node.upstream_nodes) for node in nodes}
