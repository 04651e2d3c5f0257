"""The report of what moved as the metadata store knows it."""

from __future__ import annotations

from typing import final

from tfx.types import artifact

__all__ = ["ShiftReportArtifact"]


@final
class ShiftReportArtifact(artifact.Artifact):
    """A folder with `shift_report.json`, see `components.shift.report.ShiftReport`."""

    TYPE_NAME = "evenkeel.ShiftReport"  # With a namespace, as Vertex AI asks for.
