"""`evenkeel rollback`: puts an earlier version back."""

from __future__ import annotations

import time

import click

from components.pusher.rollback import roll_back
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.config.push import push_policy

__all__ = ["command"]


@click.command("rollback")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--to", type=int, help="The version to put back; else the one before what serves.")
def command(config: str, overrides: tuple[str, ...], to: int | None) -> None:
    """Puts an earlier version of what CONFIG pushed back, as a new highest one; the versions between stay.

    Model servers take it as they take a push. The model it replaces is not pushed again by itself.
    """
    checked = load_config(config, overrides)
    done = roll_back(checked.serving_directory, push_policy(checked), now_s=int(time.time()), to=to)
    click.echo(f"Version {done.version} serves the model of version {done.puts_back}, instead of {done.instead_of}.")
