"""Runs a pipeline on this machine, node by node, and says in one sentence what stopped it."""

from __future__ import annotations

import dataclasses
import datetime
import os
import time
from collections.abc import Callable

from pipeline.config import PipelineConfig
from pipeline.errors import RunFailedError, reason_of
from pipeline.launch import compile_pipeline, launch_node, node_ids

__all__ = ["LocalRun", "new_run_id", "run_locally", "today"]


@dataclasses.dataclass(frozen=True)
class LocalRun:
    """A finished run.

    Attributes:
        run_id: Names it in the metadata store.
        seconds: Wall time of each node.
    """

    run_id: str
    seconds: dict[str, float]


def new_run_id() -> str:
    """The present moment in UTC, fit for a file name."""
    return datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")


def today() -> str:
    """The present day in UTC."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def run_locally(
    config: PipelineConfig,
    *,
    run_id: str,
    on_node: Callable[[str, int, int], None] = lambda node, index, count: None,
) -> LocalRun:
    """Runs all nodes in order; a failed node ends the run and nothing after it runs.

    Args:
        config: A checked configuration.
        run_id: Names the run; see `new_run_id`.
        on_node: Told each node's name, its index and the number of nodes, before it runs.

    Raises:
        RunFailedError: Names the node and what it said; what was served before still serves.
    """
    os.makedirs(config.home, exist_ok=True)
    ir = compile_pipeline(config, run_id)
    nodes = node_ids(ir)
    seconds = {}
    for index, node in enumerate(nodes):
        on_node(node, index, len(nodes))
        started = time.monotonic()
        try:
            launch_node(ir, node)
        except Exception as error:  # Whatever a node raises ends the run; its cause is kept for --verbose.
            raise RunFailedError(node, reason_of(error), nodes) from error
        seconds[node] = time.monotonic() - started
    return LocalRun(run_id, seconds)
