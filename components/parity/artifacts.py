"""The report on parity as the metadata store knows it."""

from __future__ import annotations

from typing import final

from tfx.types import artifact

__all__ = ["ParityReportArtifact"]


@final
class ParityReportArtifact(artifact.Artifact):
    """A folder with `parity_report.json`, see `components.parity.report.ParityReport`."""

    TYPE_NAME = "evenkeel.ParityReport"  # With a namespace, as Vertex AI asks for.
