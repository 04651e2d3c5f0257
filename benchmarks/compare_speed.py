"""How long the comparison of two models takes from columns of Parquet files, and what memory its sums need.

Usage, from the root of the checkout: python -m benchmarks.compare_speed [--rows N] [--fed N] [--tfma N] [--workers N]
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import pathlib
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from components.comparison import Cell, Kind, OutputPlan, PairedSums, Reference, Rows, membership
from components.comparison.columns import TaskColumns
from components.comparison.files import Job, compare_files

__all__ = ["main", "write_rows"]

ROWS: Final = 10_000_000
TASKS: Final = ("click", "conversion")
TFMA_ROWS: Final = 8_000
CORES: Final = 2
TARGET_S: Final = 60.0
TARGET_BYTES: Final = 2**30
METRICS: Final = ("auc", "log_loss", "normalised_entropy", "calibration", "calibration_error")
DEVICES: Final = np.array(["phone", "tablet", "desktop", "television", "watch", "car", "speaker"])

_ROWS_OF_A_USER: Final = 20
_ROWS_AT_ONCE: Final = 2**20
_RATES: Final = (0.05, 0.005)


class Took(NamedTuple):
    """How long something took.

    Attributes:
        seconds: On the clock, with all else that the machine did.
        processor_seconds: Of this process and those that it started, all cores added up.
    """

    seconds: float
    processor_seconds: float


@final
class Timed:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._started = self._now()

    def stopped(self) -> Took:
        """Until now; processes that were started must have ended."""
        return Took(*(now - then for now, then in zip(self._now(), self._started, strict=True)))

    @staticmethod
    def _now() -> Took:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return Took(time.perf_counter(), sum(own.ru_utime + own.ru_stime for own in used))


def write_rows(path: pathlib.Path, num_rows: int, *, seed: int = 0) -> None:
    """Labels, users, devices and both models' scores of two tasks, in row groups of 2^20.

    Args:
        path: Of the file.
        num_rows: How many.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    writer = None
    for start in range(0, num_rows, _ROWS_AT_ONCE):
        table = pa.table(_columns(rng, min(_ROWS_AT_ONCE, num_rows - start), num_rows // _ROWS_OF_A_USER))
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _columns(rng: np.random.Generator, rows: int, users: int) -> dict[str, np.ndarray]:
    found = {"user": rng.integers(0, users, rows), "device": DEVICES[rng.integers(0, len(DEVICES), rows)]}
    for task, rate in zip(TASKS, _RATES, strict=True):
        level = np.log(rate) + rng.normal(size=rows)
        found[task] = (rng.random(rows) < 1 / (1 + np.exp(-level))).astype(np.int8)
        for model, noise in (("candidate", 0.4), ("baseline", 0.45)):
            scores = 1 / (1 + np.exp(-level - noise * rng.normal(size=rows)))
            found[f"{task}_{model}"] = scores.astype(np.float32)
    return found


def _job(path: pathlib.Path, workers: int, *, sliced: bool, by_user: bool) -> Job:
    tasks = tuple(
        TaskColumns(
            output=task,
            kind=Kind.BINARY,
            metrics=(*METRICS, "gauc") if by_user else METRICS,
            label=task,
            candidate=f"{task}_candidate",
            references={Reference.BASELINE: f"{task}_baseline"},
        )
        for task in TASKS
    )
    return Job(
        paths=(str(path),),
        tasks=tasks,
        cluster="user",
        user="user" if by_user else None,
        slicings=(("device",),) if sliced else (),
        workers=workers,
    )


def _fed(num_rows: int) -> tuple[float, int]:
    """Seconds and the peak memory in bytes of one accumulator fed directly, slices and all."""
    columns = _columns(np.random.default_rng(0), _ROWS_AT_ONCE, num_rows // _ROWS_OF_A_USER)
    rows = Rows(
        labels=columns["click"],
        scores=np.stack([columns["click_candidate"], columns["click_baseline"]]),
        clusters=columns["user"].astype(np.uint64),
        slices=(membership(("device",), (columns["device"],)),),
    )
    plan = OutputPlan(
        output="click", kind=Kind.BINARY, metrics=METRICS, references=(Reference.BASELINE,), slicings=(("device",),)
    )
    started, sums = time.perf_counter(), PairedSums(plan)
    for _ in range(0, num_rows, _ROWS_AT_ONCE):
        sums.add(rows)
    sums.cells()
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _measured(path: pathlib.Path, workers: int) -> Iterator[tuple[str, Took, Sequence[Cell]]]:
    """What was asked of the file, how long it took, and what came out."""
    for what, sliced, by_user in (
        ("all rows", False, False),
        (f"and {len(DEVICES)} slices", True, False),
        ("and GAUC by user", True, True),
    ):
        timed = Timed()
        cells = compare_files(_job(path, workers, sliced=sliced, by_user=by_user)).cells
        yield what, timed.stopped(), cells


def _of_tfma(num_rows: int) -> Iterator[tuple[str, Took]]:
    """How long TFMA takes for one task by method; what it loads when it is first used is not counted."""
    from benchmarks.compare_speed_tfma import METHODS, evaluate

    columns = _columns(np.random.default_rng(0), num_rows, num_rows // _ROWS_OF_A_USER)
    scores = np.stack([columns["click_candidate"], columns["click_baseline"]])
    evaluate(columns["click"][:100], scores[:, :100], None)
    for what, method in METHODS.items():
        timed = Timed()
        evaluate(columns["click"], scores, method)
        yield what, timed.stopped()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the file, with two tasks; 0 leaves it out")
    parser.add_argument("--fed", type=int, default=5 * ROWS, help="rows fed to one accumulator directly; likewise")
    parser.add_argument("--tfma", type=int, default=TFMA_ROWS, help="rows that TFMA is given, with one task; likewise")
    parser.add_argument("--workers", type=int, default=CORES, help="processes")
    arguments = parser.parse_args()
    console = Console(width=120)
    table = Table(box=SIMPLE, title=f"Two models compared, on {CORES} cores")
    for column in ("what", "rows", "tasks", "s", "processor s", "rows x tasks / processor s", "10^7 rows x 2 tasks"):
        table.add_column(column, justify="left" if column == "what" else "right")

    def add(what: str, took: Took, *, rows: int, tasks: int) -> None:
        rate = rows * tasks / took.processor_seconds
        whole = f"{took.processor_seconds / CORES:.0f} s"
        if rows * tasks != ROWS * len(TASKS):
            whole = f"({ROWS * len(TASKS) / rate / CORES:,.0f} s)"
        table.add_row(
            what, f"{rows:,}", str(tasks), f"{took.seconds:.1f}", f"{took.processor_seconds:.1f}", f"{rate:,.0f}", whole
        )

    cells: Sequence[Cell] = ()
    if arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rows.parquet")
            write_rows(path, arguments.rows)
            for what, took, found in _measured(path, arguments.workers):
                add(what, took, rows=arguments.rows, tasks=len(TASKS))
                cells = found
    if arguments.tfma:
        for what, took in _of_tfma(arguments.tfma):
            add(what, took, rows=arguments.tfma, tasks=1)
    console.print(table)
    console.print(
        f"The last column is processor seconds over {CORES} cores, what it takes where nothing else runs; (…) is "
        f"reckoned from fewer rows. Target: {TARGET_S:.0f} s."
    )
    for cell in cells:
        if not cell.slice and cell.difference is not None:
            console.print(
                f"{cell.output} {cell.metric}: {cell.difference.value:+.6f} +- {cell.difference.std_error:.6f}"
            )
    if arguments.fed:
        spawning = multiprocessing.get_context("spawn")  # A process of its own, for the peak of its memory.
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawning) as pool:
            fed_s, peak = pool.submit(_fed, arguments.fed).result()
        console.print(
            f"One accumulator fed {arguments.fed:,} rows, {len(DEVICES)} slices: {fed_s:.0f} s, its process peaked at "
            f"{peak / 2**20:,.0f} MiB (target {TARGET_BYTES / 2**20:,.0f} MiB)."
        )


if __name__ == "__main__":
    main()
