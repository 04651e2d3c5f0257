"""Gives a fresh model what an earlier one had learnt."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, final

import numpy as np
import tensorflow as tf

from models.inputs.encoder import is_embedding_table
from models.model import MultiTaskModel
from models.warm_start.layout import Layout
from models.warm_start.names import memory_by_name, slots_by_name, table_of, weights_by_name
from models.warm_start.record import Carried, Fate
from models.warm_start.rows import RowMap, row_map

__all__ = ["Kept", "carry"]

_MEMORY: Final = "balancing"
_NEW: Final = "the earlier model has none of this name"


class Kept(abc.ABC):
    """What an earlier training has left.

    Attributes:
        layout: What its numbers mean.
        steps: How many its optimizer had made.
    """

    layout: Layout
    steps: int

    @abc.abstractmethod
    def weight(self, name: str) -> np.ndarray | None:
        """A weight; None without one of that name."""

    @abc.abstractmethod
    def slot(self, weight: str, slot: str) -> np.ndarray | None:
        """The optimizer's slot of a weight; None without one."""

    @abc.abstractmethod
    def memory(self, name: str) -> np.ndarray | None:
        """What its balancer remembered; None without it."""

    @abc.abstractmethod
    def entries(self, table: str) -> Sequence[bytes]:
        """The vocabulary of a table, in the order of ids; empty without one."""


def carry(
    model: MultiTaskModel, kept: Kept, *, layout: Layout, entries: Mapping[str, Sequence[bytes]]
) -> tuple[Carried, ...]:
    """Puts weights, slots, the balancer's memory and the count of steps of an earlier training into `model`.

    Embedding rows go by vocabulary entry, all else by name where the shape is the same and inputs and tasks are those
    of before, in their order. What is not carried keeps the value it has. The count of steps goes on, so that Adam's
    moments are corrected as if training had never stopped, and so do schedules of the balancer.

    Args:
        model: Compiled, with initial weights and empty slots.
        kept: What is there to carry.
        layout: Of `model`.
        entries: By table, its vocabulary in the order of ids; absent or empty without one.

    Returns:
        What became of each variable.
    """
    going_on = _GoingOn(kept, layout, entries)
    slots = slots_by_name(model)
    found = [going_on.weight(name, weight, slots.get(name, {})) for name, weight in weights_by_name(model).items()]
    found += going_on.memory(memory_by_name(model))
    if any(one.fate is not Fate.FRESH for one in found):
        model.optimizer.iterations.assign(kept.steps)
    return tuple(found)


@final
class _GoingOn:
    """From one earlier training to one model."""

    def __init__(self, kept: Kept, layout: Layout, entries: Mapping[str, Sequence[bytes]]) -> None:
        self._kept, self._layout = kept, layout
        self._obstacle = "; ".join(
            part for part in (layout.other_network(kept.layout), layout.moved(kept.layout)) if part
        )
        self._maps = {
            name: row_map(
                kept.layout.tables[name],
                table,
                entries_before=kept.entries(name),
                entries=entries.get(name, ()),
            )
            for name, table in layout.tables.items()
            if name in kept.layout.tables
        }

    def weight(self, name: str, variable: tf.Variable, slots: Mapping[str, tf.Variable]) -> Carried:
        """Carries a weight and its slots."""
        before = self._kept.weight(name)
        rows = self._rows(name) if is_embedding_table(variable) else None
        reason = self._why_fresh(variable, before, by_row=rows is not None)
        if before is None or reason:
            return Carried(name=name, fate=Fate.FRESH, reason=reason, fresh_slots=tuple(slots))
        _put(variable, before, rows)
        carried = []
        for slot, place in slots.items():
            value = self._kept.slot(name, slot)
            if value is not None and value.shape == before.shape:
                _put(place, value, rows)
                carried.append(slot)
        return Carried(
            name=name,
            fate=Fate.CARRIED if rows is None or rows.is_same else Fate.BY_ROW,
            reason="" if rows is None else rows.reason,
            rows=None if rows is None else rows.counts,
            slots=tuple(carried),
            fresh_slots=tuple(slot for slot in slots if slot not in carried),
        )

    def memory(self, variables: Mapping[str, tf.Variable]) -> Iterator[Carried]:
        """Carries what the balancer remembers, if it is the same and counts the same things."""
        reason = self._why_forgotten()
        for name, variable in variables.items():
            before = self._kept.memory(name)
            why = reason or _why_unlike(variable, before)
            if before is not None and not why:
                variable.assign(before)
            yield Carried(name=f"{_MEMORY}/{name}", fate=Fate.FRESH if why else Fate.CARRIED, reason=why)

    def _rows(self, name: str) -> RowMap | None:
        """Of an embedding table's weight; None if the earlier model had no such table."""
        return self._maps.get(table_of(name))

    def _why_fresh(self, variable: tf.Variable, before: np.ndarray | None, *, by_row: bool) -> str:
        if by_row and before is not None:
            was, now = before.shape[1], variable.shape[1]
            return "" if was == now else f"rows were of {was} numbers, and are of {now}"
        return self._obstacle or _why_unlike(variable, before)

    def _why_forgotten(self) -> str:
        if self._obstacle:
            return self._obstacle
        was, now = self._kept.layout, self._layout
        if (was.balancing, was.losses) != (now.balancing, now.losses):
            return "balancing or its losses are declared otherwise"
        moved = [name for name in now.balanced_by if name not in self._maps or not self._maps[name].is_same]
        return f"it goes by ids of {', '.join(moved)}, which have moved" if moved else ""


def _why_unlike(variable: tf.Variable, before: np.ndarray | None) -> str:
    if before is None:
        return _NEW
    was, now = list(before.shape), variable.shape.as_list()
    return "" if was == now else f"the shape was {was}, and is {now}"


def _put(variable: tf.Variable, before: np.ndarray, rows: RowMap | None) -> None:
    variable.assign(before if rows is None or rows.is_same else rows.taken(before, variable.numpy()))
