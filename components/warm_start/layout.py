"""What the weights of a plan's model mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import tensorflow_transform as tft

from components.trainer.plan import InputPlan, TrainerPlan
from models.balancers import Personal
from models.balancers.segments import SegmentedBalancer
from models.binding import unbind
from models.warm_start.layout import Layout, Table

__all__ = ["layout_of", "vocabularies"]

_VOCABULARY: Final = "vocabulary"


def layout_of(plan: TrainerPlan) -> Layout:
    """The layout of the model that `plan` declares; how long its vocabularies are does not count."""
    tables = {column.name: column.table for column in plan.inputs}
    served = plan.served_inputs
    return Layout(
        architecture=plan.model.architecture.name,
        interaction=plan.model.interaction.name,
        inputs=tuple(f"{column.name} x {column.dim}" if column.dim else column.name for column in served),
        tasks=tuple(f"{task.name} ({task.kind.name})" for task in plan.tasks),
        losses=tuple(loss.name for loss in plan.graph.losses),
        balancing=json.dumps(unbind(plan.balancing), sort_keys=True),
        balanced_by=tuple(tables[name] for name in _read_by_balancer(plan)),
        tables={column.table: _table(column) for column in served if column.dim},
    )


def vocabularies(plan: TrainerPlan, transformed: tft.TFTransformOutput) -> dict[str, list[bytes]]:
    """By embedding table, its learned vocabulary in the order of ids."""
    return {
        column.table: transformed.vocabulary_by_name(column.vocabulary)
        for column in plan.inputs
        if column.vocabulary is not None
    }


def _table(column: InputPlan) -> Table:
    ids = column.ids if column.vocabulary is None else _VOCABULARY
    return Table(ids=ids, num_own=column.fixed_ids - 1, dim=column.dim)


def _read_by_balancer(plan: TrainerPlan) -> Iterator[str]:
    balancing = plan.balancing
    if isinstance(balancing, Personal):
        yield from balancing.features
    if isinstance(balancing, SegmentedBalancer) and balancing.segments is not None:
        yield balancing.segments.feature
