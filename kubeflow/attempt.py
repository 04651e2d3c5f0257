"""Clears away what an attempt left that did not come to its end."""

from __future__ import annotations

import logging
from typing import Any, Final

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.io import fileio
from tfx.orchestration.portable import outputs_utils

from kubeflow.scratch import Scratch
from pipeline.launch import node_of

__all__ = ["clear"]

_LOG: Final = logging.getLogger(__name__)


def clear(
    ir: Any,  # A protocol buffer of TFX.
    node: str,
    execution: metadata_store_pb2.Execution,
    *,
    store: metadata_store.MetadataStore,
    scratch: Scratch | None,
) -> None:
    """Notes that the attempt failed, and removes its half-written outputs: TFX's launcher takes the same places again.

    Args:
        ir: The compiled pipeline of the run.
        node: The node's name.
        execution: What the attempt left in the store: not COMPLETE and not CACHED.
        store: The metadata store.
        scratch: The pod's folder, where it is kept in a bucket.
    """
    state = metadata_store_pb2.Execution.State.Name(execution.last_known_state)
    _LOG.info("an earlier attempt was left %s: its outputs are removed, and it is begun anew", state)
    execution.last_known_state = metadata_store_pb2.Execution.FAILED
    store.put_executions([execution])
    places = outputs_utils.OutputsResolver(node_of(ir, node), ir.pipeline_info, ir.runtime_spec)
    for artifacts in places.generate_output_artifacts(execution.id).values():
        for artifact in artifacts:
            if fileio.exists(artifact.uri):
                fileio.rmtree(artifact.uri)
            if scratch is not None:
                scratch.remove(artifact.uri)
