"""`evenkeel kubeflow submit`: starts one run on a cluster."""

from __future__ import annotations

import datetime

import click

from kubeflow.commands.options import RUN_DATE, compiled_text, run_name, run_options, values_of

__all__ = ["command"]


@click.command("submit")
@run_options
@click.option("--run-date", type=RUN_DATE, help="Whose data the run reads; a date that has run well is not run again.")
@click.pass_obj
def command(
    verbose: bool,
    config: str,
    overrides: tuple[str, ...],
    *,
    host: str,
    namespace: str | None,
    given: tuple[str, ...],
    run_date: datetime.datetime | None,
) -> None:
    """Starts a run of CONFIG on a cluster; exits 0 when it is under way."""
    values = values_of(config, overrides, given, f"{run_date:%Y-%m-%d}" if run_date else "")
    checked, text = compiled_text(config, overrides, verbose=verbose)
    from kubeflow.client import ClusterClient

    client = ClusterClient(checked.name, host, namespace)
    run = client.submit(text, run_name(checked, run_date, datetime.datetime.now(tz=datetime.UTC)), values)
    click.echo(f"run {run.run_id}: {run.name}, {run.state}")
