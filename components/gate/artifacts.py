"""The gate's report as the metadata store knows it."""

from __future__ import annotations

from typing import final

from tfx.types import artifact

__all__ = ["GateReportArtifact"]


@final
class GateReportArtifact(artifact.Artifact):
    """A folder with `gate_report.json`, see `components.gate.report.GateReport`."""

    TYPE_NAME = "evenkeel.GateReport"  # With a namespace, as Vertex AI asks for.
