"""Two models whose scores lie in columns of Parquet files, compared outside a pipeline."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import math
import multiprocessing
import pathlib
import tempfile
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.comparison.cell import Comparison
from components.comparison.columns import TaskColumns, ids_of, memberships_of, rows_of
from components.comparison.groups import GroupSums
from components.comparison.mixing import mixed
from components.comparison.paired import PairedSums
from components.comparison.plan import OutputPlan
from components.comparison.rows import NO_ID
from components.comparison.spill import Spill, whole_users
from components.gauc_weight import GaucWeight

__all__ = ["Job", "compare_files"]

_BATCH_ROWS: Final = 2**18
_PARTITION_ROWS: Final = 2**20  # Whole users that are sorted at once.
_COLUMNS: Final = {"gauc": "user", "ndcg": "list"}  # What a `Job` calls the column that tells the groups.

_Sums = TypeVar("_Sums", PairedSums, GroupSums)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What is compared.

    Attributes:
        paths: Parquet files.
        tasks: Their outputs.
        cluster: Column whose rows depend on each other, but for rows without a value; None takes rows as independent.
        user: Column of GAUC; needed where a task asks for it.
        list: Column of NDCG; needed where a task asks for it.
        gauc_weight: What a user counts for.
        ndcg_at: Places of a list that NDCG looks at.
        slicings: Columns of each slicing.
        workers: Processes.
    """

    paths: tuple[str, ...]
    tasks: tuple[TaskColumns, ...]
    cluster: str | None = None
    user: str | None = None
    list: str | None = None
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    ndcg_at: int = 10
    slicings: tuple[tuple[str, ...], ...] = ()
    workers: int = 2

    def __post_init__(self) -> None:
        asked = {metric for task in self.tasks for metric in task.metrics}
        for metric in sorted(asked & set(_COLUMNS) - set(self.groups)):
            asking = [task.output for task in self.tasks if metric in task.metrics]
            name = _COLUMNS[metric]
            raise ValueError(f"`{name}` must name a column where {metric} is asked for, got None with {asking}.")

    @property
    def groups(self) -> dict[str, str]:
        """The metrics that rank within groups of rows, and the column that tells the group."""
        columns = {metric: getattr(self, name) for metric, name in _COLUMNS.items()}
        return {metric: column for metric, column in columns.items() if column is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """All that are read."""
        others = [*([self.cluster] if self.cluster is not None else []), *self.groups.values()]
        sliced = [name for columns in self.slicings for name in columns]
        return tuple(dict.fromkeys([name for task in self.tasks for name in task.columns] + others + sliced))

    def plan(self, task: TaskColumns) -> OutputPlan:
        """Of one output, row by row."""
        return OutputPlan(
            output=task.output,
            kind=task.kind,
            metrics=task.metrics,
            references=tuple(task.references),
            slicings=self.slicings,
            clustered=self.cluster is not None,
            weighted=task.known is not None,
            gauc_weight=self.gauc_weight,
            ndcg_at=self.ndcg_at,
        )


def compare_files(job: Job) -> Comparison:
    """Reads the files once, a batch at a time, in several processes; users and lists are gathered through a folder.

    Columns of all tasks must have the same types in all files. Memory does not grow with rows.
    """
    with tempfile.TemporaryDirectory(prefix="evenkeel-") as folder:
        partitions = math.ceil(sum(pq.ParquetFile(path).metadata.num_rows for path in job.paths) / _PARTITION_ROWS)
        rows = _each_worker(_summed_rows, job, folder, max(partitions, 1))
        groups = [
            _each_worker(functools.partial(_summed_groups, metric), job, folder, max(partitions, 1))
            for metric in job.groups
        ]
    found = {output: list(sums.cells()) for output, sums in rows.items()}
    for output, grouped in [item for of_metric in groups for item in of_metric.items()]:
        found[output] += grouped.cells()
    return Comparison(
        cells=tuple(
            cell
            for task in job.tasks
            for metric in task.metrics
            for cell in found[task.output]
            if cell.metric == metric
        ),
        cluster_column=job.cluster,
        references={reference: column for task in job.tasks for reference, column in task.references.items()},
        left_out={", ".join(columns): number for sums in rows.values() for columns, number in sums.left_out().items()},
        gauc_weight=job.gauc_weight,
    )


def _each_worker(
    work: Callable[[Job, str, int, int], dict[str, _Sums]], job: Job, folder: str, partitions: int
) -> dict[str, _Sums]:
    """What all workers summed up, together."""
    if job.workers == 1:
        return work(job, folder, partitions, 0)
    spawning = multiprocessing.get_context("spawn")  # A fork would copy the locks of Arrow's threads.
    with concurrent.futures.ProcessPoolExecutor(job.workers, mp_context=spawning) as pool:
        futures = [pool.submit(work, job, folder, partitions, worker) for worker in range(job.workers)]
        found: list[dict[str, _Sums]] = [future.result() for future in futures]
    for other in found[1:]:
        for output, sums in other.items():
            found[0][output].merge(sums)
    return found[0]


def _summed_rows(job: Job, folder: str, partitions: int, worker: int) -> dict[str, PairedSums]:
    sums = {task.output: PairedSums(job.plan(task)) for task in job.tasks}
    with contextlib.ExitStack() as stack:
        spills = {
            column: stack.enter_context(Spill(_gathered(folder, metric), worker=worker, num_partitions=partitions))
            for metric, column in job.groups.items()
        }
        for batch, first in _batches(job, worker):
            clusters = _clusters(batch[job.cluster], first) if job.cluster is not None else None
            slices = memberships_of(batch, job.slicings)
            for task in job.tasks:
                sums[task.output].add(rows_of(batch, task, clusters, slices))
            for column, spill in spills.items():
                spill.add(batch, ids_of(batch[column]))
    for own in sums.values():
        own.compact()
    return sums


def _summed_groups(metric: str, job: Job, folder: str, partitions: int, worker: int) -> dict[str, GroupSums]:
    """Of whole users or lists; where these are not the clusters themselves, a cluster may hold several."""
    column = job.groups[metric]
    within = job.cluster if job.cluster != column else None
    asking = [task for task in job.tasks if metric in task.metrics]
    sums = {
        task.output: GroupSums(dataclasses.replace(job.plan(task), clustered=within is not None), metric)
        for task in asking
    }
    for partition in range(worker, partitions, job.workers):
        batch = whole_users(_gathered(folder, metric), partition)
        if batch is None:
            continue
        clusters = _clusters(batch[within], partition * 2**40) if within is not None else None
        groups, slices = ids_of(batch[column]), memberships_of(batch, job.slicings)
        for task in asking:
            sums[task.output].add(rows_of(batch, task, clusters, slices), groups)
    for own in sums.values():
        own.compact()
    return sums


def _gathered(folder: str, metric: str) -> pathlib.Path:
    """Where the rows of whole users, or of whole lists, lie."""
    found = pathlib.Path(folder, metric)
    found.mkdir(exist_ok=True)
    return found


def _clusters(column: pa.Array, first: int) -> np.ndarray:
    """A row without a value is a cluster of its own, told by its place."""
    found = ids_of(column)
    return np.where(found == NO_ID, mixed(np.arange(first, first + len(found), dtype=np.uint64)), found)


def _batches(job: Job, worker: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Of every so many row groups the worker's own, and the place of their first row among all rows of the files."""
    place = start = 0
    for path in job.paths:
        file = pq.ParquetFile(path)
        for group in range(file.metadata.num_row_groups):
            if place % job.workers == worker:
                first = start
                for batch in file.iter_batches(_BATCH_ROWS, [group], columns=[*job.columns]):
                    yield batch, first
                    first += len(batch)
            start += file.metadata.row_group(group).num_rows
            place += 1
