"""Options that several commands share."""

from __future__ import annotations

import os
import pathlib
from typing import Final, final

import click
from typing_extensions import override

__all__ = ["CONFIG_ARGUMENT", "OUTPUT_FILE", "SET_OPTION"]


@final
class _OutputFile(click.Path):
    """A file to write, refused before the work where its folder is not there."""

    @override
    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        path = super().convert(value, param, ctx)
        folder = pathlib.Path(os.fsdecode(path)).parent
        if not folder.is_dir():
            self.fail(f"the folder {str(folder)!r} is not there: make it, or name another.", param, ctx)
        return path


OUTPUT_FILE: Final = _OutputFile(dir_okay=False, writable=True, path_type=pathlib.Path)

CONFIG_ARGUMENT: Final = click.argument("config", metavar="CONFIG", type=click.Path(dir_okay=False))
SET_OPTION: Final = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Overrides one value, such as training.epochs=2; may be given several times.",
)
