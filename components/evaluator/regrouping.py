"""Brings all rows of a user or a list together, in compact pieces and not row by row."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from typing import Final, final

import apache_beam as beam
import numpy as np
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue
from typing_extensions import override

from components.comparison.rows import NO_ID, Rows
from components.evaluator.batches import join, take
from components.evaluator.combining import GroupsOf

__all__ = ["CutByGroup", "join_groups"]

BUFFERED_ROWS: Final = 1 << 16  # Of one output and metric, cut at once.


Partition = tuple[str, str, int]  # Output, metric, and what is left of a group's id.


@final
class CutByGroup(beam.DoFn):
    """Collects batches and cuts them by the remainder of the group's id, so that few pieces travel."""

    def __init__(self, num_partitions: int) -> None:
        self._num_partitions = num_partitions

    @override
    def start_bundle(self) -> None:
        self._kept: dict[tuple[str, str], list[GroupsOf]] = collections.defaultdict(list)
        self._num_rows: dict[tuple[str, str], int] = collections.defaultdict(int)

    @override
    def process(self, element: GroupsOf) -> Iterator[tuple[Partition, GroupsOf]]:
        """Rows without a known label are left behind."""
        is_known = np.asarray(element.rows.known) > 0
        key = element.output, element.metric
        self._kept[key].append(element._replace(rows=take(element.rows, is_known), groups=element.groups[is_known]))
        self._num_rows[key] += int(is_known.sum())
        if self._num_rows[key] >= BUFFERED_ROWS:
            yield from self._cut(key)

    @override
    def finish_bundle(self) -> Iterator[WindowedValue]:
        for key in list(self._kept):
            for piece in self._cut(key):
                yield WindowedValue(piece, GlobalWindow().max_timestamp(), [GlobalWindow()])

    def _cut(self, key: tuple[str, str]) -> Iterator[tuple[Partition, GroupsOf]]:
        rows, groups = _joined(self._kept.pop(key))
        self._num_rows.pop(key)
        scattered = np.where(groups == NO_ID, np.arange(len(groups), dtype=np.uint64), groups)  # Those of no group.
        remainders = (scattered % np.uint64(self._num_partitions)).astype(np.int64)
        order = np.argsort(remainders, kind="stable")
        met, starts = np.unique(remainders[order], return_index=True)
        for remainder, places in zip(met.tolist(), np.split(order, starts[1:]), strict=False):
            yield (*key, remainder), GroupsOf(*key, take(rows, places), groups[places])


def join_groups(element: tuple[Partition, Iterable[GroupsOf]]) -> tuple[tuple[str, str], GroupsOf]:
    """All pieces of a partition, by output and metric."""
    (output, metric, _), pieces = element
    rows, groups = _joined(list(pieces))
    return (output, metric), GroupsOf(output, metric, rows, groups)


def _joined(pieces: list[GroupsOf]) -> tuple[Rows, np.ndarray]:
    return join([piece.rows for piece in pieces]), np.concatenate([piece.groups for piece in pieces])
