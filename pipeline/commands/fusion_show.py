"""`evenkeel fusion show`: the weights of what serves."""

from __future__ import annotations

import click
from rich.console import Console

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config

__all__ = ["command"]


@click.command("show")
@CONFIG_ARGUMENT
@SET_OPTION
def command(config: str, overrides: tuple[str, ...]) -> None:
    """Shows the formulas and weights of what CONFIG serves, and where CONFIG declares others."""
    from pipeline.fusion.served import served_scores
    from pipeline.fusion.show import print_weights, reminder

    checked = load_config(config, overrides)
    served = served_scores(checked)
    print_weights(served, Console())
    for line in reminder(checked, served.fusion, served.weights):
        click.echo(line)
