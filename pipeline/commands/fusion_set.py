"""`evenkeel fusion set`: changes weights of what serves, without training or exporting."""

from __future__ import annotations

import time

import click
from rich.console import Console

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.errors import NotPushedError

__all__ = ["command"]


@click.command("set")
@CONFIG_ARGUMENT
@click.argument("weights", metavar="WEIGHT=NUMBER", nargs=-1, required=True)
@SET_OPTION
def command(config: str, weights: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Pushes what CONFIG serves again with other weights, such as main.ctr=1.2, where the gate lets them pass.

    main.ctr@US=0.8 is a weight of one segment, and main.ctr@US= leaves it to the common one. Judged are the scores of
    the rows that the run of the served version has kept, by CONFIG's rules about `score`: A are the new weights, B
    those that serve. Exits 3 where the gate refuses; nothing is pushed then.
    """
    from pipeline.compare.result import Compared
    from pipeline.compare.show import print_comparison
    from pipeline.fusion.change import set_weights
    from pipeline.fusion.show import reminder

    checked = load_config(config, overrides)
    change = set_weights(checked, weights, now_s=int(time.time()))
    served = f"version {change.before.version}"
    names = ("the new weights", served)
    if change.left_out:
        click.echo(f"Judged by users that `fusion.tune` does not search on: {change.left_out:,} rows are left out.")
    print_comparison(Compared(models=names, comparison=change.comparison, report=change.report), Console())
    if change.version is None:
        raise NotPushedError(f"Not pushed, {served} serves on: {change.report.reason}")
    click.echo(f"Version {change.version} serves the model of {served} with the new weights.")
    for line in reminder(checked, change.before.fusion, change.weights):
        click.echo(line)
