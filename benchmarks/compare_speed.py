"""How long the comparison of two models takes from columns of Parquet files, and what memory its sums need.

Usage, from the root of the checkout: python -m benchmarks.compare_speed [--rows N] [--fed N] [--workers N]
"""

from __future__ import annotations

import argparse
import pathlib
import resource
import tempfile
import time
from typing import Final

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
TARGET_S: Final = 60.0
TARGET_BYTES: Final = 2**30
METRICS: Final = ("auc", "log_loss", "normalised_entropy", "calibration", "calibration_error")
DEVICES: Final = np.array(["phone", "tablet", "desktop", "television", "watch", "car", "speaker"])

_ROWS_OF_A_USER: Final = 20
_ROWS_AT_ONCE: Final = 2**20
_RATES: Final = (0.05, 0.005)


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


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the files, times two tasks")
    parser.add_argument("--fed", type=int, default=5 * ROWS, help="rows fed to one accumulator directly")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    console = Console(width=120)
    fed_s, peak = _fed(arguments.fed)
    table = Table(box=SIMPLE, title=f"{arguments.rows:,} rows x {len(TASKS)} tasks on {arguments.workers} processes")
    for column in ("what", "seconds", "rows a second and process"):
        table.add_column(column, justify="left" if column == "what" else "right")
    cells: tuple[Cell, ...] = ()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "rows.parquet")
        write_rows(path, arguments.rows)
        for what, sliced, by_user in (
            ("all rows", False, False),
            (f"and {len(DEVICES)} slices", True, False),
            ("and GAUC", True, True),
        ):
            started = time.perf_counter()
            cells = compare_files(_job(path, arguments.workers, sliced=sliced, by_user=by_user)).cells
            took = time.perf_counter() - started
            table.add_row(what, f"{took:.1f}", f"{arguments.rows / took / arguments.workers:,.0f}")
    console.print(table)
    for cell in cells:
        if not cell.slice and cell.difference is not None:
            console.print(
                f"{cell.output} {cell.metric}: {cell.difference.value:+.6f} +- {cell.difference.std_error:.6f}"
            )
    console.print(f"Target: {TARGET_S:.0f} s for {ROWS:,} rows.")
    console.print(
        f"One accumulator fed {arguments.fed:,} rows, {len(DEVICES)} slices: {fed_s:.0f} s, the process peaked at "
        f"{peak / 2**20:,.0f} MiB (target {TARGET_BYTES / 2**20:,.0f} MiB)."
    )


if __name__ == "__main__":
    main()
