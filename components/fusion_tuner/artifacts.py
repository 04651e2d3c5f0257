"""A proposal of fusion weights as the metadata store knows it."""

from __future__ import annotations

from typing import final

from tfx.types import artifact

__all__ = ["FusionProposalArtifact"]


@final
class FusionProposalArtifact(artifact.Artifact):
    """A folder with `fusion_proposal.json`, see `components.fusion_tuner.proposal.Proposal`, and its page."""

    TYPE_NAME = "evenkeel.FusionProposal"  # With a namespace, as Vertex AI asks for.
