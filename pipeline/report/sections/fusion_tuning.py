"""Weights of a fusion formula that were searched for after the model was judged, and what is proposed."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from pipeline.report.proposal_view import ProposalView
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["FusionTuningSection", "proposal_note"]

_SERVES_NOT: Final = (
    "This model does not serve, and the weights were searched for it: set none of them for what serves."
)


@final
@dataclasses.dataclass(frozen=True)
class FusionTuningSection(Section):
    """What a run, or the command, proposes.

    Attributes:
        note: Why there is no proposal, or what keeps it from being set; else empty.
        view: The proposal; None without one.
    """

    title: ClassVar[str] = "Fusion weights"

    note: str
    view: ProposalView | None

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no weights were searched for."""
        note = proposal_note(run)
        if run.proposal is None:
            return cls(note, None) if note else None
        return cls(note, ProposalView.of(run.proposal))


def proposal_note(run: RunRecord) -> str:
    """Why there is no proposal, or what keeps it from being set; else empty."""
    if run.proposal is None:
        return f"None are proposed: {run.no_proposal}" if run.no_proposal else ""
    return "" if run.push is not None or run.serves else _SERVES_NOT
