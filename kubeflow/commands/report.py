"""`evenkeel kubeflow report`: writes the report of a run on a cluster."""

from __future__ import annotations

import contextlib

import click

from kubeflow.placing import placed
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]


@click.command("report")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--run-id", default=None, help="Which run, by Kubeflow's id.  [default: the newest]")
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], run_id: str | None) -> None:
    """Prints the result of a run of CONFIG and writes its report, where the volume and the store are at hand."""
    checked = load_config(config, overrides)
    there = placed(checked)
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from kubeflow.store import connection_of, open_store
        from pipeline.show import show_run
    show_run(there, run_id, progress.say, place=open_store(connection_of(checked)))
