"""`evenkeel tune`: searches for values, and runs a pipeline with what it found."""

from __future__ import annotations

import click

from models.errors import raise_if_any
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.commands.run import run_and_show
from pipeline.config import load_config

__all__ = ["command"]


@click.command("tune")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option(
    "--run-date",
    metavar="YYYY-MM-DD",
    help="The newest day to read of a data.path with dates; today, in UTC, where data.window_days is declared.",
)
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], run_date: str | None) -> None:
    """Runs CONFIG with a search for the values that it says to search for.

    The Trainer of the same run takes what was found, and the gate judges it; what to write into CONFIG is printed. A
    search that was killed goes on where it was. Training begins with fresh weights, whatever is declared.

    Exits as `evenkeel run` does.
    """
    declared = load_config(config, overrides)
    if declared.search is None:
        raise_if_any(config, ["`search` is not declared, so there is nothing to tune: write `search: {trials: 20}`."])
    asked = [
        *overrides,
        "search.when=every_run",
        *(["training.warm_start=null"] if declared.training.warm_start else []),
    ]
    asked += [] if run_date is None else [f"data.run_date={run_date}"]
    run_and_show(load_config(config, asked), verbose=verbose)
