"""`evenkeel affinity`: measures which tasks help each other."""

from __future__ import annotations

import contextlib
import os
import pathlib
from typing import Final

import click
from rich.console import Console

from models.errors import raise_if_any
from pipeline.affinity.errors import NoRowsError
from pipeline.commands.options import CONFIG_ARGUMENT, OUTPUT_FILE, SET_OPTION
from pipeline.config import load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]

DEFAULT_STEPS: Final = 300
LEAST_STEPS: Final = 20  # With a fifth of warm-up, 16 looks.
LEAST_LOSSES: Final = 2


@click.command("affinity")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option(
    "--steps",
    type=click.IntRange(min=LEAST_STEPS),
    default=DEFAULT_STEPS,
    show_default=True,
    help="Training steps of each run: one with looks ahead, and, for three seeds, one a loss and one of none.",
)
@click.option("--seed", type=int, default=None, help="Initial weights and order of rows.  [default: training.seed]")
@click.option(
    "--out",
    type=OUTPUT_FILE,
    default=None,
    help="Where the result goes as JSON.  [default: beside the report of the run whose rows are read]",
)
@click.pass_obj
def command(
    verbose: bool, config: str, overrides: tuple[str, ...], *, steps: int, seed: int | None, out: pathlib.Path | None
) -> None:
    """Says which tasks of CONFIG should share, be auxiliary or be kept apart.

    Reads the transformed rows of the last `evenkeel run` of CONFIG; pushes nothing and keeps no model. Exits 1 where
    there are no such rows, 2 where CONFIG is wrong.
    """
    checked = load_config(config, overrides)
    names = [loss.name for loss in checked.trained_graph.watched]
    if len(names) < LEAST_LOSSES:
        raise_if_any("tasks", [f"affinity needs two losses or more, got {names}: declare another task."])
    if not os.path.isdir(checked.home):  # Said at once: the metadata store is opened after a long import.
        raise NoRowsError(
            f"`CONFIG` must have been run, for its transformed rows are read, got nothing in {checked.home}: "
            "do `evenkeel run` with it first."
        )
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from pipeline.affinity.record import write_record
        from pipeline.affinity.run import affinity_of
        from pipeline.affinity.show import affinity_table
        from pipeline.show import REPORTS
    record = affinity_of(checked, steps=steps, seed=seed, say=progress.say)
    Console().print(affinity_table(record))
    path = out or pathlib.Path(checked.home, REPORTS, f"{record.run_id}.affinity.json")
    write_record(record, path)
    progress.say(f"as JSON: {path}")
