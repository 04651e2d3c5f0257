"""`evenkeel kubeflow`: the pipeline on a cluster."""

from __future__ import annotations

from typing import Final

from pipeline.late import LateGroup

__all__ = ["COMMANDS", "command"]

COMMANDS: Final = {
    "backfill": "Runs past dates on a cluster, one after the other.",
    "compile": "Writes the pipeline that Kubeflow Pipelines or Vertex AI runs.",
    "report": "Writes the report of a run on a cluster.",
    "schedule": "Has a cluster start runs by the clock.",
    "status": "Shows the runs on a cluster.",
    "submit": "Starts one run on a cluster.",
}

command: Final = LateGroup(
    name="kubeflow",
    help="Runs the pipeline on a cluster, a container for each node.",
    places={name: f"kubeflow.commands.{name}" for name in COMMANDS},
    summaries=COMMANDS,
)
