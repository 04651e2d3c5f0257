"""`evenkeel kubeflow schedule`: has a cluster start runs by the clock."""

from __future__ import annotations

import datetime

import click

from kubeflow.commands.options import compiled_text, run_options, values_of
from kubeflow.cron import utc_schedule
from kubeflow.parameters import scheduled_date

__all__ = ["command"]


@click.command("schedule")
@run_options
@click.option("--cron", required=True, help="When, such as `30 3 * * *`, every night at half past three.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of `--cron`.")
@click.option(
    "--days-back",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Days from the newest day to read to the scheduled one: 1 where a day is complete on the next.",
)
@click.option("--catch-up", is_flag=True, help="Make up for runs that were missed while it was paused.")
@click.option("--max-concurrency", type=click.IntRange(1, 10), default=1, show_default=True, help="Runs at once.")
@click.pass_obj
def command(
    verbose: bool,
    config: str,
    overrides: tuple[str, ...],
    *,
    host: str,
    namespace: str | None,
    given: tuple[str, ...],
    cron: str,
    time_zone: str,
    days_back: int,
    catch_up: bool,
    max_concurrency: int,
) -> None:
    """Has a cluster run CONFIG by the clock, in place of the schedule it had."""
    schedule = utc_schedule(cron, time_zone, today=datetime.datetime.now(tz=datetime.UTC).date())
    values = values_of(config, overrides, given)
    checked, text = compiled_text(config, overrides, verbose=verbose)
    if checked.data.window_days is not None:
        values["run_date"] = scheduled_date(days_back)
    elif days_back:
        raise click.BadParameter(f"`--days-back` needs `data.window_days`, got {days_back}: every day is read without.")
    from kubeflow.client import ClusterClient

    made = ClusterClient(checked.name, host, namespace).schedule(
        text,
        checked.name,
        cron=schedule.cron,
        parameters=values,
        catch_up=catch_up,
        max_concurrency=max_concurrency,
    )
    click.echo(f"schedule {made}: {schedule.cron} in UTC")
    if schedule.warning:
        click.echo(f"warning: {schedule.warning}")
