"""Options that several commands share."""

from __future__ import annotations

from typing import Final

import click

__all__ = ["CONFIG_ARGUMENT", "SET_OPTION"]

CONFIG_ARGUMENT: Final = click.argument("config", metavar="CONFIG", type=click.Path(dir_okay=False))
SET_OPTION: Final = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Overrides one value, such as training.epochs=2; may be given several times.",
)
