"""Training that goes on from an earlier model: weights by name, embedding rows by vocabulary entry, slots with both."""

from models.warm_start.carry import Kept, carry
from models.warm_start.layout import Layout, Table
from models.warm_start.names import memory_by_name, network_weights, slots_by_name, weights_by_name
from models.warm_start.record import Carried, Fate, RowCounts
from models.warm_start.rows import RowMap, row_map

__all__ = [
    "Carried",
    "Fate",
    "Kept",
    "Layout",
    "RowCounts",
    "RowMap",
    "Table",
    "carry",
    "memory_by_name",
    "network_weights",
    "row_map",
    "slots_by_name",
    "weights_by_name",
]
