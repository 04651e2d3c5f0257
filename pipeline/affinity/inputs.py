"""The model's inputs as a run's Transform has made them: how long vocabularies are is known by then."""

from __future__ import annotations

import tensorflow_transform as tft

from components.trainer.build import model_input
from components.trainer.plan import TrainerPlan
from models.inputs import Input

__all__ = ["stored_inputs"]


def stored_inputs(plan: TrainerPlan, transform_graph: str) -> tuple[Input, ...]:
    """One for each transformed column of the plan, by the Transform graph in that folder."""
    transformed = tft.TFTransformOutput(transform_graph)
    names = {column.vocabulary for column in plan.inputs if column.vocabulary is not None}
    sizes = {name: transformed.vocabulary_size_by_name(name) for name in names}
    return tuple(model_input(column, sizes) for column in plan.inputs)
