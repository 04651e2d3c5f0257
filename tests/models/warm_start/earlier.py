"""An earlier training that is still in memory."""

import dataclasses

import numpy as np

from models.inputs import EmbeddingInput
from models.warm_start.carry import Kept
from models.warm_start.layout import Layout, Table
from models.warm_start.names import memory_by_name, slots_by_name, weights_by_name


class Earlier(Kept):
    """What `model` has, with the vocabularies of its tables."""

    def __init__(self, model, layout, entries):
        self.layout, self.steps, self._entries = layout, int(model.optimizer.iterations), entries
        self.weights = {name: weight.numpy() for name, weight in weights_by_name(model).items()}
        self.slots = {
            name: {slot: value.numpy() for slot, value in slots.items()} for name, slots in slots_by_name(model).items()
        }
        self.memories = {name: value.numpy() for name, value in memory_by_name(model).items()}

    def weight(self, name):
        return self.weights.get(name)

    def slot(self, weight, slot):
        return self.slots.get(weight, {}).get(slot)

    def memory(self, name):
        return self.memories.get(name)

    def entries(self, table):
        return self._entries.get(table, ())


def layout_of(model, **changes):
    """Of a model whose tables are all hashed, where `changes` says nothing else."""
    embedded = [one for one in model.input_specs if isinstance(one, EmbeddingInput)]
    layout = Layout(
        architecture=model.settings.architecture.name,
        interaction=model.settings.interaction.name,
        inputs=tuple(one.name for one in model.input_specs),
        tasks=tuple(task.name for task in model.tasks.tasks),
        losses=tuple(loss.name for loss in model.tasks.losses),
        balancing=repr(model.balancer),
        balanced_by=(),
        tables={one.table: Table(ids="hash", num_own=one.num_ids - 1, dim=one.dim) for one in embedded},
    )
    return dataclasses.replace(layout, **changes)


def spoil(model, seed=0):
    """Gives every weight, slot and memory of a compiled model numbers of its own."""
    draws = np.random.default_rng(seed)
    slots = [slot for of_weight in slots_by_name(model).values() for slot in of_weight.values()]
    for variable in (*weights_by_name(model).values(), *slots, *memory_by_name(model).values()):
        variable.assign(draws.uniform(1.0, 2.0, variable.shape).astype(variable.dtype.as_numpy_dtype))
    model.optimizer.iterations.assign(17)
