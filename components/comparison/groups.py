"""Two or more models within users or lists: GAUC and NDCG."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import final

import numpy as np

from components.comparison.accumulator import ALL_ROWS, Accumulator
from components.comparison.cell import Cell, Slice
from components.comparison.checks import check_groups, check_rows
from components.comparison.group_view import GroupCounts, GroupView
from components.comparison.judging import cells_of
from components.comparison.kinds import Kind
from components.comparison.known import known_rows
from components.comparison.plan import OutputPlan
from components.comparison.rows import NO_ID, NOWHERE, Membership, Rows
from components.comparison.shape import Shape
from components.comparison.table import Table
from components.comparison.within import aucs_within, ndcgs_within, numbered
from components.gauc_weight import GaucWeight

__all__ = ["GroupSums"]

_WEIGHTED = "weighted"


@final
class GroupSums:
    """Accumulates batches of whole groups; rows of a group must come in one batch.

    In a slice a group consists of its rows in that slice, so a slice may vary within users. Groups are the units of the
    variance; where `clustered` of the plan holds, clusters of them are (lists of a user), a cluster being that of the
    group's first row. A group weighs as much as its rows; within it each row counts once.

    Attributes:
        plan: What is compared.
        metric: "gauc" or "ndcg".
    """

    def __init__(self, plan: OutputPlan, metric: str) -> None:
        self.plan = plan
        self.metric = metric
        # A slicing has units of its own; the first accumulator is that of all rows.
        self._units = [Accumulator(_shape(plan, slicings)) for slicings in ((), *((one,) for one in plan.slicings))]
        self._counts: list[dict[Slice, GroupCounts]] = [{} for _ in self._units]

    def add(self, rows: Rows, groups: np.ndarray) -> None:
        """Sees a batch of whole groups.

        Args:
            rows: As of `PairedSums`.
            groups: `[rows]` ids of users or lists; rows of `NO_ID` are counted and take no part.
        """
        check_rows(rows, self.plan)
        check_groups(rows, groups)
        table, slices = known_rows(rows, self.plan)
        own = groups if rows.known is None else groups[np.asarray(rows.known) > 0]
        is_one = own != NO_ID
        codes = np.unique(own[is_one], return_inverse=True)[1]
        everywhere = Membership((ALL_ROWS,), np.zeros(len(table), np.int64))
        nothing = _counts(table.take(slice(0)))
        for place, found in enumerate((everywhere, *slices)):
            self._add(place, table.take(is_one), codes, Membership(found.names, found.codes[is_one]))
            for code, name in enumerate(found.names):
                lacking = int(np.count_nonzero(found.codes[~is_one] == code))
                self._count(place, name, dataclasses.replace(nothing, ungrouped=lacking))

    def merge(self, other: GroupSums) -> None:
        """Sees what `other` saw; `other` is not to be used any more."""
        for mine, theirs in zip(self._units, other._units, strict=True):
            mine.merge(theirs)
        for place, counts in enumerate(other._counts):
            for name, found in counts.items():
                self._count(place, name, found)

    def compact(self) -> None:
        """Joins small batches, so that it travels faster."""
        for units in self._units:
            units.compact()

    def cells(self) -> tuple[Cell, ...]:
        """By slice and reference."""
        return tuple(cell for name, view in self._views() for cell in cells_of(self.plan, self.metric, name, view))

    def left_out(self) -> dict[tuple[str, ...], int]:
        """Groups of each slicing whose value is beyond `plan.slice_values`."""
        return {columns: groups for units in self._units for columns, groups in units.left_out().items()}

    def _views(self) -> Iterator[tuple[Slice, GroupView | None]]:
        for place, units in enumerate(self._units):
            for name, inner in units.views().items():
                if (name == ALL_ROWS) == (place == 0):
                    counts = self._counts[place].get(name)
                    yield name, GroupView(inner, counts) if counts is not None else None

    def _add(self, place: int, table: Table, groups: np.ndarray, found: Membership) -> None:
        is_in = found.codes != NOWHERE
        table, groups, codes = table.take(is_in), groups[is_in], found.codes[is_in]
        for code, name in enumerate(found.names):
            self._count(place, name, _counts(table.take(codes == code)))
        pairs = groups * max(len(found.names), 1) + codes
        first, units = numbered(pairs)
        values, weights = self._values(table, units, len(first))
        counted = weights > 0
        kept = Table(
            labels=weights[counted],
            scores=(values * weights)[:, counted],
            hits=np.zeros((0, int(counted.sum()))),
            weights=np.ones(int(counted.sum())),
            clusters=table.clusters[first][counted],
            slots=np.zeros((0, int(counted.sum())), np.int64),
        )
        slices = [] if place == 0 else [Membership(found.names, codes[first][counted])]
        self._units[place].add(kept, slices)

    def _values(self, table: Table, units: np.ndarray, num_units: int) -> tuple[np.ndarray, np.ndarray]:
        """`[models, units]` values, and `[units]` weights, 0 where a unit does not count."""
        if not num_units:
            return np.zeros((len(table.scores), 0)), np.zeros(0)
        positives = np.bincount(units, weights=(table.labels > 0) * table.weights)
        sizes = np.bincount(units, weights=table.weights)
        if self.metric == "gauc":
            values = np.stack([aucs_within(units, table.labels, own) for own in table.scores])
            weights = sizes if self.plan.gauc_weight is GaucWeight.IMPRESSIONS else positives
            weights = np.where((positives > 0) & (positives < sizes), weights, 0.0)
        else:
            values = np.stack([ndcgs_within(units, table.labels, own, at=self.plan.ndcg_at) for own in table.scores])
            weights = (positives > 0).astype(np.float64)
        spoilt = np.stack([np.bincount(units, weights=np.isnan(own)) for own in table.scores])
        return np.where(spoilt > 0, np.nan, values), weights

    def _count(self, place: int, name: Slice, found: GroupCounts) -> None:
        counts = self._counts[place]
        if name in counts:
            counts[name].merge(found)
            return
        counts[name] = dataclasses.replace(found)
        if len(counts) > 2 * self.plan.slice_values:  # As `Accumulator` does with what it sums.
            self._counts[place] = {kept: counts[kept] for kept in sorted(counts)[: self.plan.slice_values]}


def _shape(plan: OutputPlan, slicings: tuple[tuple[str, ...], ...]) -> Shape:
    return Shape(
        kind=Kind.REGRESSION,  # A unit's label is its weight, its scores are weighted values.
        models=plan.num_models,
        quantities=(_WEIGHTED,),
        ranks=False,
        clustered=plan.clustered,
        weighted=False,
        slicings=slicings,
        slice_values=plan.slice_values,
        exact_rows=plan.exact_rows,
    )


def _counts(table: Table) -> GroupCounts:
    return GroupCounts(len(table), int(np.count_nonzero(table.labels > 0)), np.isnan(table.scores).sum(axis=1))
