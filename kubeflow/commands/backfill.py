"""`evenkeel kubeflow backfill`: runs past dates on a cluster, one after the other."""

from __future__ import annotations

import datetime

import click

from kubeflow.commands.options import RUN_DATE, compiled_text, run_name, run_options, values_of
from kubeflow.errors import ClusterRunFailedError

__all__ = ["command"]

_SUCCEEDED = "SUCCEEDED"


@click.command("backfill")
@run_options
@click.option("--from", "first", required=True, type=RUN_DATE, help="The first date.")
@click.option("--to", "last", required=True, type=RUN_DATE, help="The last date.")
@click.option("--poll-s", type=click.FloatRange(0), default=30.0, show_default=True, help="Seconds between questions.")
@click.pass_obj
def command(
    verbose: bool,
    config: str,
    overrides: tuple[str, ...],
    *,
    host: str,
    namespace: str | None,
    given: tuple[str, ...],
    first: datetime.datetime,
    last: datetime.datetime,
    poll_s: float,
) -> None:
    """Runs CONFIG for each date on a cluster, in order; the first that fails ends it.

    A date that has run well is passed over.
    """
    if last < first:
        raise click.BadParameter(f"`--to` must not be before `--from`, got {first:%Y-%m-%d} and {last:%Y-%m-%d}.")
    dates = [first + datetime.timedelta(days=days) for days in range((last - first).days + 1)]
    values = [values_of(config, overrides, given, f"{date:%Y-%m-%d}") for date in dates]
    checked, text = compiled_text(config, overrides, verbose=verbose)
    from kubeflow.client import ClusterClient

    client = ClusterClient(checked.name, host, namespace)
    for date, parameters in zip(dates, values, strict=True):
        run = client.submit(text, run_name(checked, date, date), parameters)
        run = client.wait(run.run_id, every_s=poll_s)
        click.echo(f"run {run.run_id}: {run.name}, {run.state}")
        if run.state != _SUCCEEDED:
            said = f" ({run.error})" if run.error else ""
            raise ClusterRunFailedError(f"The run of {date:%Y-%m-%d} ended {run.state}{said}, so later dates wait.")
