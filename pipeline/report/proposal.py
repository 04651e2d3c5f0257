"""A proposal of fusion weights as a page of its own."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Final

from components.fusion_tuner.proposal import Proposal
from pipeline.report.page import page_environment
from pipeline.report.proposal_view import ProposalView
from pipeline.report.sections.fusion_tuning import FusionTuningSection

__all__ = ["proposal_page", "write_proposal"]

PAGE: Final = "proposal.html.j2"
KEY: Final = "fusion_tuning"


def proposal_page(
    proposal: Proposal, *, title: str, config: str, overrides: Sequence[str] = (), refusal: str = ""
) -> str:
    """The section of a run's report, alone: no script, no outer reference.

    Args:
        proposal: What was found.
        title: Its heading.
        config: The configuration's path, for the command that sets the weights.
        overrides: Of its values, for that command.
        refusal: Why the gate would refuse it unseen; else empty.
    """
    section = FusionTuningSection("", ProposalView.of(proposal, config=config, overrides=overrides, refusal=refusal))
    return page_environment().get_template(PAGE).render(title=title, key=KEY, section=section)


def write_proposal(page: str, path: pathlib.Path) -> None:
    """Writes what `proposal_page` made; what is there is replaced in one step."""
    staged = path.with_name(f"{path.name}.part")
    staged.write_text(page, encoding="utf-8")
    staged.replace(path)
