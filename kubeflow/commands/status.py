"""`evenkeel kubeflow status`: shows the runs on a cluster."""

from __future__ import annotations

import click

from kubeflow.commands.options import HOST_OPTION, NAMESPACE_OPTION
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config

__all__ = ["command"]


@click.command("status")
@CONFIG_ARGUMENT
@SET_OPTION
@HOST_OPTION
@NAMESPACE_OPTION
@click.option("--last", type=click.IntRange(1, 100), default=10, show_default=True, help="How many runs.")
def command(config: str, overrides: tuple[str, ...], *, host: str, namespace: str | None, last: int) -> None:
    """Shows the last runs of CONFIG on a cluster, the newest first."""
    checked = load_config(config, overrides)
    from kubeflow.client import ClusterClient

    for run in ClusterClient(checked.name, host, namespace).runs()[:last]:
        submitted = f"{run.created:%Y-%m-%d %H:%M}" if run.created else "?"
        said = f": {run.error}" if run.error else ""
        click.echo(f"run {run.run_id}: {run.name}, submitted {submitted}, {run.state}{said}")
