"""`evenkeel kubeflow report`: writes the report of a run on a cluster."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

import click

from kubeflow.placing import placed
from kubeflow.scratch import Scratch, scratch_of
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

if TYPE_CHECKING:
    from ml_metadata.metadata_store import metadata_store

__all__ = ["command"]

_ROWS: Final = ("examples", "transformed_examples")  # No report looks at them.


@click.command("report")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--run-id", default=None, help="Which run, by Kubeflow's id.  [default: the newest]")
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], run_id: str | None) -> None:
    """Prints the result of a run of CONFIG and writes its report, where the volume and the store are at hand."""
    checked = load_config(config, overrides)
    there, scratch = placed(checked), scratch_of(checked)
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from kubeflow.store import connection_of, open_store
        from pipeline.report import latest_run_id
        from pipeline.show import REPORTS, show_run
    place = open_store(connection_of(checked))
    run_id = run_id or latest_run_id(place, checked.name)
    if scratch is not None:
        progress.say("fetching what the run left in the bucket")
        _fetch(scratch, place, run_id)
    show_run(there, run_id, progress.say, place=place)
    if scratch is not None:
        reports = os.path.join(there.home, REPORTS)
        scratch.keep(reports)
        progress.say(f"kept in {scratch.url_of(reports)}")


def _fetch(scratch: Scratch, place: metadata_store.MetadataStore, run_id: str) -> None:
    from pipeline.report.reading.store import read_store

    for artifact in read_store(place, run_id).artifacts:
        if artifact.key not in _ROWS:
            scratch.fetch(artifact.uri)
