"""`evenkeel kubeflow`: the pipeline on a cluster."""

from __future__ import annotations

from typing import Final

from pipeline.late import LateGroup

__all__ = ["COMMANDS", "command"]

COMMANDS: Final = {
    "compile": "Writes the pipeline that Kubeflow Pipelines runs.",
}

command: Final = LateGroup(
    name="kubeflow",
    help="Runs the pipeline on a cluster, a container for each node.",
    places={name: f"kubeflow.commands.{name}" for name in COMMANDS},
    summaries=COMMANDS,
)
