"""A group of commands that are imported when they are used: help must not pay for TensorFlow."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, final

import click

__all__ = ["LateGroup"]


@final
class LateGroup(click.Group):
    """Its commands lie in modules, each under the name `command`.

    Args:
        places: The module of each command.
        summaries: A sentence on each command, for the help.
        **attributes: Those of `click.Group`.
    """

    def __init__(self, *, places: Mapping[str, str], summaries: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._places, self._summaries = places, summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Click's hook."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Click's hook."""
        if cmd_name not in self._places:
            return None
        return importlib.import_module(self._places[cmd_name]).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Click's hook."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self._summaries.items()))
