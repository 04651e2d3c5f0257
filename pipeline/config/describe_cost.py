"""What a model will cost, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from models.inputs import EmbeddingInput
from pipeline.config.config import PipelineConfig
from pipeline.config.inputs import largest_inputs

if TYPE_CHECKING:
    from models.cost import PartCost

__all__ = ["describe_cost"]

_PER_ROW: Final = "FLOPs a row"
_COUNTED: Final = "FLOPs: two for each multiply-add of the matrix products in one forward pass"


def describe_cost(config: PipelineConfig) -> str:
    """Parameters and FLOPs of the model's parts; imports TensorFlow.

    Only Transform will know how long the vocabularies are, so tables are counted as if each were full.
    """
    from models.cost import model_cost

    inputs = largest_inputs(config.served_features)
    return "\n".join([*_table(model_cost(config.model, inputs, config.graph)), *_notes(config)])


def _table(costs: Sequence[PartCost]) -> list[str]:
    lines = [("part", "parameters", _PER_ROW)]
    lines += [(cost.name, f"{cost.num_parameters:,}", f"{cost.flops:,}") for cost in costs]
    total = sum(cost.num_parameters for cost in costs), sum(cost.flops for cost in costs)
    lines.append(("all", f"{total[0]:,}", f"{total[1]:,}"))
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    return [f"  {name:<{widths[0]}}  {size:>{widths[1]}}  {flops:>{widths[2]}}" for name, size, flops in lines]


def _notes(config: PipelineConfig) -> list[str]:
    lists = [c.name for c in largest_inputs(config.features) if isinstance(c, EmbeddingInput) and c.combiner]
    learned = [name for name, feature in config.features.items() if getattr(feature, "top_k", None)]
    notes = [f"{_COUNTED}{', one value in each list' if lists else ''}."]
    if learned:
        notes.append("Embedding tables: at most, as if every vocabulary had its `top_k` values; rows decide.")
    return notes
