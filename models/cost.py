"""What a model costs before it is trained: numbers to learn, and work a row."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Final

import tensorflow as tf

from models.inputs import EmbeddingInput, Input
from models.inputs.encoder import is_embedding_table
from models.inputs.one_row import one_row
from models.model import MultiTaskModel
from models.settings import ModelSettings
from models.tasks import TaskGraph

__all__ = ["PartCost", "model_cost", "network_size"]

# Parts by the names of a model's layers, in the order of a row's way; one of any other name is a part of its own.
_TABLES: Final = "embedding tables"
_BY_LAYER: Final = {"inputs": _TABLES, "interaction": "interaction", "experts": "gates", "towers": "towers"}
_BY_INNER_LAYER: Final = {
    "experts": (("experts_", "blocks_"), "experts"),
    "towers": (("logits",), "heads"),
}
_ORDER: Final = (_TABLES, "interaction", "experts", "gates", "towers", "heads")
_FLOPS_OF_A_MULTIPLY_ADD: Final = 2


@dataclasses.dataclass(frozen=True)
class PartCost:
    """What one part of a model costs.

    Attributes:
        name: The part.
        num_parameters: Weights that training changes.
        flops: Operations of its matrix products in the forward pass of one row; a multiply-add counts as two.
    """

    name: str
    num_parameters: int
    flops: int


def model_cost(settings: ModelSettings, inputs: Sequence[Input], tasks: TaskGraph) -> tuple[PartCost, ...]:
    """The cost of each part, read off a model whose tables hold one vector each: no memory goes into large ones.

    Args:
        settings: Which network.
        inputs: What it reads; a row's list counts as one value.
        tasks: What it predicts.
    """
    small = _small(inputs)
    model = MultiTaskModel(settings, small, tasks)
    sizes = collections.Counter({name: 0 for name in _ORDER})
    for weight in model.trainable_variables:
        sizes[_part(weight.name, model)] += weight.shape.num_elements()
    sizes[_TABLES] = _table_size(inputs)
    flops: collections.Counter[str] = collections.Counter()
    for name, count in _products(model, small):
        flops[_part(name, model)] += count
    names = dict.fromkeys((*_ORDER, *sizes, *flops))
    return tuple(PartCost(name, sizes[name], flops[name]) for name in names)


def network_size(settings: ModelSettings, inputs: Sequence[Input], tasks: TaskGraph) -> int:
    """Weights that training changes outside the embedding tables; arguments as of `model_cost`, but in less time."""
    weights = MultiTaskModel(settings, _small(inputs), tasks).trainable_variables
    return sum(weight.shape.num_elements() for weight in weights if not is_embedding_table(weight))


def _small(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """With tables of one vector each."""
    return tuple(
        dataclasses.replace(column, num_ids=1) if isinstance(column, EmbeddingInput) else column for column in inputs
    )


def _part(name: str, model: MultiTaskModel) -> str:
    """The part to which a weight or an operation of this name belongs."""
    outer, *inner = name.removeprefix(f"{model.name}/").split("/")
    prefixes, part = _BY_INNER_LAYER.get(outer, ((), ""))
    if inner and inner[0].startswith(prefixes):
        return part
    return _BY_LAYER.get(outer, outer)


def _table_size(inputs: Sequence[Input]) -> int:
    embedded = [column for column in inputs if isinstance(column, EmbeddingInput)]
    return sum({column.table: column.num_ids * column.dim for column in embedded}.values())


def _products(model: MultiTaskModel, inputs: Sequence[Input]) -> Iterator[tuple[str, int]]:
    """Every matrix product of one row's forward pass: its name and its operations."""
    graph = tf.function(lambda: model(one_row(inputs), training=False), autograph=False).get_concrete_function().graph
    for operation in graph.get_operations():
        if operation.type == "MatMul":
            is_transposed = operation.get_attr("transpose_a")
        elif operation.type.startswith("BatchMatMul"):
            is_transposed = operation.get_attr("adj_x")
        else:
            continue
        summed = operation.inputs[0].shape[-2 if is_transposed else -1]
        # A size that is not known is a number of rows or of a list's values: of each there is one.
        cells = math.prod(size or 1 for size in operation.outputs[0].shape)
        yield operation.name, _FLOPS_OF_A_MULTIPLY_ADD * summed * cells
