"""Rows thrown by user into files, so that each file holds whole users and fits in memory."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Sequence
from types import TracebackType
from typing import final

import numpy as np
import pyarrow as pa

from components.comparison.mixing import mixed
from components.comparison.rows import NO_ID

__all__ = ["Spill", "whole_users"]


@final
class Spill:
    """One worker's files, a partition each; to be used in a `with` block."""

    def __init__(self, folder: pathlib.Path, *, worker: int, num_partitions: int) -> None:
        self._folder = folder
        self._worker = worker
        self._num_partitions = num_partitions
        self._open = contextlib.ExitStack()
        self._writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, batch: pa.RecordBatch, users: np.ndarray) -> None:
        """Writes each row to the file of its user, one of `users`, `[rows]` ids; those without one are scattered."""
        places = np.arange(len(users), dtype=np.uint64)
        partitions = (np.where(users == NO_ID, places, mixed(users)) % np.uint64(self._num_partitions)).astype(np.int64)
        order = np.argsort(partitions, kind="stable")
        ordered = pa.Table.from_batches([batch]).take(order)
        ends = np.cumsum(np.bincount(partitions, minlength=self._num_partitions)).tolist()
        for partition, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
            if end > start:
                self._writer(partition, batch.schema).write_table(ordered.slice(start, end - start))

    def _writer(self, partition: int, schema: pa.Schema) -> pa.ipc.RecordBatchStreamWriter:
        if partition not in self._writers:
            path = self._folder / f"{partition:05}-{self._worker}.arrows"
            self._writers[partition] = self._open.enter_context(pa.ipc.new_stream(str(path), schema))
        return self._writers[partition]


def whole_users(folder: pathlib.Path, partition: int) -> pa.RecordBatch | None:
    """All rows of a partition's users, whichever worker wrote them; None where there are none."""
    tables: Sequence[pa.Table] = [
        pa.ipc.open_stream(pa.memory_map(str(path))).read_all()
        for path in sorted(folder.glob(f"{partition:05}-*.arrows"))
    ]
    batches = pa.concat_tables(tables).combine_chunks().to_batches() if tables else []
    return batches[0] if batches else None
