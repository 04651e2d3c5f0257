"""`evenkeel check`: reads a configuration and says all that is wrong with it."""

from __future__ import annotations

import click

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.config.describe import describe

__all__ = ["command"]


@click.command("check")
@CONFIG_ARGUMENT
@SET_OPTION
def command(config: str, overrides: tuple[str, ...]) -> None:
    """Checks CONFIG without importing TensorFlow; exits 2 and lists every problem if there are any."""
    click.echo(describe(load_config(config, overrides)))
