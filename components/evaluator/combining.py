"""What Beam accumulates: one state an output, fed with batches."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar, final

import apache_beam as beam
import numpy as np
from typing_extensions import override

from components.comparison.groups import GroupSums
from components.comparison.kinds import Kind
from components.comparison.paired import PairedSums
from components.comparison.rows import Membership, Rows
from components.evaluator.figures import Figures
from components.evaluator.lineup import Lineup

__all__ = ["CombineGroups", "CombineRows", "GroupsOf", "OutputSums", "RowsOf", "group_sums"]

_Element = TypeVar("_Element")
_Sums = TypeVar("_Sums", "OutputSums", GroupSums)


class RowsOf(NamedTuple):
    """A batch of one output."""

    output: str
    rows: Rows


class GroupsOf(NamedTuple):
    """Rows of whole users or lists, `metric` says which, and the group of each row."""

    output: str
    metric: str
    rows: Rows
    groups: np.ndarray


@final
class OutputSums:
    """The comparison's sums of an output, and a report's figures.

    Attributes:
        paired: What is compared.
        figures: Counts and curves.
    """

    def __init__(self, lineup: Lineup) -> None:
        self.paired = PairedSums(lineup.plan)
        self._has_scores = lineup.plan.kind is not Kind.CLASSES  # Else the scores are losses.
        num_scores = len(lineup.models) if self._has_scores else 0
        self.figures = Figures(num_scores, has_curves=lineup.plan.kind is Kind.BINARY)

    def add(self, rows: Rows) -> None:
        """Sees a batch."""
        self.paired.add(rows)
        is_known = np.asarray(rows.known) > 0
        scores = rows.scores[:, is_known] if self._has_scores else rows.scores[:0, is_known]
        slices = [Membership(found.names, found.codes[is_known]) for found in rows.slices]
        self.figures.add(rows.labels[is_known], scores, np.asarray(rows.known)[is_known], slices)

    def merge(self, other: OutputSums) -> None:
        """Sees what `other` saw; `other` is not to be used any more."""
        self.paired.merge(other.paired)
        self.figures.merge(other.figures)

    def compact(self) -> None:
        """Joins small batches, so that it travels faster."""
        self.paired.compact()


class _Combine(beam.CombineFn, Generic[_Element, _Sums]):
    """Sums that are made when the first element comes, since a combiner is not told the key of what it combines."""

    def __init__(self, lineups: Mapping[str, Lineup]) -> None:
        self._lineups: Final = dict(lineups)

    @abc.abstractmethod
    def _made(self, element: _Element) -> _Sums:
        """Empty sums for the key of `element`."""

    @abc.abstractmethod
    def _add(self, sums: _Sums, element: _Element) -> None:
        """Adds one element."""

    @override
    def create_accumulator(self) -> _Sums | None:
        return None

    @override
    def add_input(self, accumulator: _Sums | None, element: _Element) -> _Sums:
        sums = self._made(element) if accumulator is None else accumulator
        self._add(sums, element)
        return sums

    @override
    def merge_accumulators(self, accumulators: Iterable[_Sums | None]) -> _Sums | None:
        merged = None
        for other in accumulators:
            if merged is None:
                merged = other
            elif other is not None:
                merged.merge(other)
        return merged

    @override
    def compact(self, accumulator: _Sums | None) -> _Sums | None:
        if accumulator is not None:
            accumulator.compact()
        return accumulator

    @override
    def extract_output(self, accumulator: _Sums | None) -> _Sums | None:
        return accumulator


@final
class CombineRows(_Combine[RowsOf, OutputSums]):
    """Batches of one output."""

    @override
    def _made(self, element: RowsOf) -> OutputSums:
        return OutputSums(self._lineups[element.output])

    @override
    def _add(self, sums: OutputSums, element: RowsOf) -> None:
        sums.add(element.rows)


@final
class CombineGroups(_Combine[GroupsOf, GroupSums]):
    """Whole users or lists of one output."""

    @override
    def _made(self, element: GroupsOf) -> GroupSums:
        return group_sums(self._lineups[element.output], element.metric)

    @override
    def _add(self, sums: GroupSums, element: GroupsOf) -> None:
        sums.add(element.rows, element.groups)


def group_sums(lineup: Lineup, metric: str) -> GroupSums:
    """Empty sums of "gauc" or "ndcg"."""
    return GroupSums(dataclasses.replace(lineup.plan, clustered=metric in lineup.clustered_groups), metric)
