"""The node after the push that proposes other fusion weights for the model of its run."""

import importlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.fusion_tuner.artifacts import FusionProposalArtifact
from components.fusion_tuner.node import propose_for_model
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.proposal import PROBLEM_KEY, PROPOSAL_FILE
from components.texts import write_text

__all__ = ["PAGE_FILE", "FusionTuner"]

PAGE_FILE = "fusion_proposal.html"


@component
def FusionTuner(
    evaluation: InputArtifact[standard_artifacts.ModelEvaluation],
    model: InputArtifact[standard_artifacts.Model],
    proposal: OutputArtifact[FusionProposalArtifact],
    plan: Parameter[str],
    page: Parameter[str],
    title: Parameter[str],
) -> None:
    """Searches for weights on the rows that the Evaluator kept. It pushes nothing, and stops no run.

    Args:
        evaluation: Holds the rows.
        model: Whose predictions these are; the weights that it carries are the present ones.
        proposal: Gets `fusion_proposal.json` and its page, or says in `problem` why the rows cannot tell.
        plan: A `FusionTunerPlan` as JSON.
        page: The module that draws the page, by a function `proposal_page`.
        title: Of that page.
    """
    found = propose_for_model(FusionTunerPlan.from_json(plan), evaluation.uri, path_utils.serving_model_path(model.uri))
    if isinstance(found, str):
        proposal.set_string_custom_property(PROBLEM_KEY, found)
        return
    write_text(proposal.uri, PROPOSAL_FILE, found.to_json())
    drawn = importlib.import_module(page).proposal_page(found, title=title, config="CONFIG")
    write_text(proposal.uri, PAGE_FILE, drawn)
