"""Warm start: which version training went on from, and what of it was carried."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self, final

from typing_extensions import override

from components.warm_start.record import WarmStartRecord
from models.warm_start.record import Carried, Fate
from pipeline.report import numbers
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["WarmStartSection"]


@final
@dataclasses.dataclass(frozen=True)
class WarmStartSection(Section):
    """What training went on from.

    Attributes:
        sentence: In a few words.
        tables: One an embedding table: name, rows carried, new and dropped, slots, and what else there is to say.
        fresh: Variables beside tables that are as in a fresh model, by the reason.
        left: Weights of the earlier model that this one has no more.
    """

    title: ClassVar[str] = "Warm start"

    sentence: str
    tables: tuple[tuple[str, ...], ...]
    fresh: tuple[tuple[str, str], ...]
    left: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where training was not to go on from anything."""
        record = None if run.training is None else run.training.warm_start
        if record is None:
            return None
        return cls(
            sentence=_sentence(record),
            tables=tuple(_line(one) for one in record.variables if one.rows is not None),
            fresh=tuple(_fresh(record.variables)),
            left=", ".join(record.left),
        )


def _sentence(record: WarmStartRecord) -> str:
    if not record.version:
        return f"Training began with fresh weights: {record.reason}."
    carried = [one for one in record.variables if one.fate is not Fate.FRESH]
    slots = sum(len(one.slots) for one in record.variables)
    all_slots = slots + sum(len(one.fresh_slots) for one in record.variables)
    return (
        f"Training went on from version {record.version}, after {numbers.count(record.steps)} steps: "
        f"{len(carried)} of {len(record.variables)} variables and {slots} of {all_slots} slots of the optimizer were "
        "carried, tables row by row."
    )


def _line(one: Carried) -> tuple[str, ...]:
    rows = one.rows
    counts = () if rows is None else (rows.carried, rows.new, rows.dropped)
    return (one.name, *(numbers.count(count) for count in counts), ", ".join(one.slots) or numbers.ABSENT, one.reason)


def _fresh(variables: Sequence[Carried]) -> Iterator[tuple[str, str]]:
    """By reason, in the order of first mention, the names of what is fresh."""
    fresh = [one for one in variables if one.fate is Fate.FRESH]
    order = list(dict.fromkeys(one.reason for one in fresh))
    for reason, ones in itertools.groupby(
        sorted(fresh, key=lambda one: order.index(one.reason)), lambda one: one.reason
    ):
        yield reason, ", ".join(one.name for one in ones)
