"""Writes a simulated data set, a stretch of rows at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Final

from models.errors import ConfigError
from pipeline.simulate.config import SimulateConfig
from pipeline.simulate.errors import UnwritableOutputError
from pipeline.simulate.world import World
from pipeline.simulate.writers import WRITERS, RowWriter

__all__ = ["SimulatedCounts", "simulate"]

CHUNK_ROWS: Final = 2**16  # Rows in memory at once, and of a Parquet row group.


@dataclasses.dataclass(frozen=True)
class SimulatedCounts:
    """What was written: rows, clicks among them, conversions among these."""

    rows: int
    clicks: int
    conversions: int


def simulate(
    config: SimulateConfig, path: str, *, progress: Callable[[int], None] = lambda rows: None
) -> SimulatedCounts:
    """Writes the rows that `config` describes, in memory that does not depend on their number.

    The same config writes the same bytes on one machine. The columns `true_...` hold what a model can only estimate:
    never declare them as features. The file appears under its name when it is whole.

    Args:
        config: The world and the rows.
        path: Ends in `.csv`, `.csv.gz`, `.parquet`, `.tfrecord` or `.tfrecord.gz`.
        progress: Called with the number of rows after each stretch.

    Returns:
        Counts of what was written.

    Raises:
        ConfigError: The path's ending is of no format.
        UnwritableOutputError: The file cannot be written.
    """
    endings = [ending for ending in WRITERS if path.endswith(ending)]
    if not endings:
        raise ConfigError("simulate", [f"`path` must end in one of {', '.join(WRITERS)}, got {path!r}."])
    world = World(config)
    rows = clicks = conversions = 0
    with _writer(path, endings[0], world) as writer:
        for start in range(config.first_row, config.first_row + config.num_rows, CHUNK_ROWS):
            columns = world.rows(start, min(start + CHUNK_ROWS, config.first_row + config.num_rows))
            writer.write(columns)
            rows += len(columns["click"])
            clicks += int(columns["click"].sum())
            conversions += int(columns["conversion"].sum())
            progress(rows)
    return SimulatedCounts(rows, clicks, conversions)


@contextlib.contextmanager
def _writer(path: str, ending: str, world: World) -> Iterator[RowWriter]:
    """A file beside `path` that takes its name when all went well, and is removed when not."""
    partial = f"{path.removesuffix(ending)}.partial{ending}"
    try:
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as on_exit:
            on_exit.callback(pathlib.Path(partial).unlink, missing_ok=True)
            with contextlib.closing(WRITERS[ending](partial, world.rows(0, 1))) as writer:
                yield writer
            os.replace(partial, path)
    except OSError as error:
        reason = error.strerror or error
        raise UnwritableOutputError(
            f"`path` {path!r} cannot be written: {reason}. Choose another folder or make room, and run again."
        ) from error
