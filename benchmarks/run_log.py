"""Finished runs, one line of JSON each: what was killed goes on where it was."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["append", "read"]

T = TypeVar("T")


def read(path: pathlib.Path, kind: type[T]) -> list[T]:
    """All finished runs; the line of a run that was killed while it was written is cut off the file.

    Args:
        path: Need not exist.
        kind: The dataclass of a run.
    """
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        os.truncate(path, len(whole.encode()))
    return [kind(**json.loads(line)) for line in whole.splitlines()]


def append(path: pathlib.Path, run: DataclassInstance) -> None:
    """Adds one line, on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(dataclasses.asdict(run)) + "\n")
        file.flush()
        os.fsync(file.fileno())
