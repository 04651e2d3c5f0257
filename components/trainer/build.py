"""From a plan to a model that can be trained."""

from __future__ import annotations

from collections.abc import Mapping

from components.trainer.devices import number_format, strategy
from components.trainer.gradients import looks_every
from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.settings import Distribution
from models.inputs import DenseInput, EmbeddingInput, Input
from models.model import MultiTaskModel
from models.optimizers import build

__all__ = ["build_model", "look_interval", "model_input"]


def model_input(column: InputPlan, vocabulary_sizes: Mapping[str, int]) -> Input:
    """The model's input for a transformed column, once it is known how many values its vocabulary has."""
    if not column.dim:
        return DenseInput(name=column.name)
    learned = vocabulary_sizes[column.vocabulary] if column.vocabulary is not None else 0
    return EmbeddingInput(
        name=column.name,
        table=column.table,
        num_ids=column.fixed_ids + learned,
        dim=column.dim,
        combiner=column.combiner,
    )


def build_model(plan: TrainerPlan, inputs: tuple[Input, ...], *, num_steps: int = 0) -> MultiTaskModel:
    """A compiled model with initial weights and empty optimizer slots.

    Args:
        plan: What to train.
        inputs: The model's.
        num_steps: Of all epochs, by which it is known how often to look at its gradients; 0 never looks.
    """
    training = plan.training
    with number_format(training.precision), strategy(training.distribution).scope():
        model = MultiTaskModel(plan.model, inputs, plan.graph, plan.balancing)
        optimizer = build(training.dense_optimizer, training.embedding_optimizer, clip_norm=training.clip_norm)
        model.compile(optimizer=optimizer, jit_compile=training.compile_xla)
        model.optimizer.build(model.trainable_variables)
        every = look_interval(plan, model, num_steps=num_steps)
        if every or training.batch_parts > 1:
            model.train_by(look_every=every, num_parts=training.batch_parts)
    return model


def look_interval(plan: TrainerPlan, model: MultiTaskModel, *, num_steps: int) -> int:
    """Steps from one look at the gradients to the next; 0 for none."""
    return looks_every(
        plan.training.look_every_steps,
        num_steps=num_steps,
        num_losses=len(model.tasks.watched),
        is_mirrored=plan.training.distribution is Distribution.MIRRORED,
    )
