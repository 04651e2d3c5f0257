"""What the pipeline's node does: proposes weights for the model of its run."""

from __future__ import annotations

import os

from components.errors import UnusableInputError
from components.fusion.rows_file import ROWS_FILE
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.propose import propose
from models.errors import ConfigError
from models.fusion.beside import read_weights

__all__ = ["propose_for_model"]


def propose_for_model(plan: FusionTunerPlan, evaluation: str, model: str) -> Proposal | str:
    """A proposal, or why there is none: rows that cannot tell are no reason to stop a run that has pushed.

    Args:
        plan: The search.
        evaluation: Folder with the rows that were kept.
        model: Folder of the SavedModel whose predictions they hold; it carries the present weights.
    """
    try:
        return propose(plan, os.path.join(evaluation, ROWS_FILE), read_weights(model))
    except (UnusableInputError, ConfigError) as error:
        return str(error)
