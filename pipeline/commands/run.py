"""`evenkeel run`: runs a pipeline on this machine."""

from __future__ import annotations

import contextlib

import click

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import PipelineConfig, load_config
from pipeline.errors import NotPushedError, RunFailedError
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr
from pipeline.reproducible import fix_hash_seed

__all__ = ["command", "run_and_show"]


@click.command("run")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--twins", is_flag=True, help="Train single-task twins in this run, to tell what sharing does.")
@click.option(
    "--run-date",
    metavar="YYYY-MM-DD",
    help="The newest day to read of a data.path with dates; today, in UTC, where data.window_days is declared.",
)
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], twins: bool, run_date: str | None) -> None:
    """Runs CONFIG from raw rows to a push, shows the result and writes its report.

    A second run for the same date finds everything in the cache: it trains nothing and pushes nothing.

    Exits 0 where the model was pushed or is the one that serves, 1 where the run failed, 2 where CONFIG is wrong, 3
    where the gate refused or another push came first.
    """
    asked = [*overrides, *(["twins.every=1"] if twins else [])]
    asked += [] if run_date is None else [f"data.run_date={run_date}"]
    run_and_show(load_config(config, asked), verbose=verbose)


def run_and_show(config: PipelineConfig, *, verbose: bool) -> NodeProgress:
    """Runs the pipeline, prints the summary table and writes the report, also of a run that failed.

    Raises:
        RunFailedError: A node stopped the run.
        UnreadableRunError: There is a metadata store that cannot be read.
        NotPushedError: The gate refused the model, or another push came first.
    """
    fix_hash_seed()
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from pipeline.local import new_run_id, run_locally, today
        from pipeline.report.reading.store import check_store
        from pipeline.report.verdict import Outcome
        from pipeline.run_date import with_run_date
        from pipeline.show import show_run
    check_store(config.metadata_file)
    run_id = new_run_id()
    config = with_run_date(config, run_id=run_id, today=today())
    try:
        run_locally(config, run_id=run_id, on_node=progress.start)
    except RunFailedError as error:
        show_run(config, run_id, progress.say, planned=error.planned, error=error.reason)
        raise
    outcome = show_run(config, run_id, progress.say)
    if outcome is Outcome.REFUSED:
        raise NotPushedError("The gate refused the model, so nothing was pushed.")
    if outcome is Outcome.BLESSED:
        raise NotPushedError("The gate let the model through, but nothing was pushed.")
    return progress
