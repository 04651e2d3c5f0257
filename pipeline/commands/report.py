"""`evenkeel report`: writes the report of a run again."""

from __future__ import annotations

import contextlib

import click

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]


@click.command("report")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--run-id", default=None, help="Which run.  [default: the newest]")
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], run_id: str | None) -> None:
    """Prints the result of a run of CONFIG and writes its report."""
    checked = load_config(config, overrides)
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from pipeline.show import show_run
    show_run(checked, run_id, progress.say)
