"""Which twins were trained last, for the runs in between: one small file beside the pipeline's artifacts."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from tfx.dsl.io import fileio

from models.binding import bind_or_raise, unbind
from models.errors import ConfigError

__all__ = ["LastTwins", "is_usable", "read_last", "write_last"]

_UNFINISHED: Final = ".unfinished"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LastTwins:
    """The twins that were trained last.

    Attributes:
        uri: Of their model artifact.
        plan: Fingerprint of the plan they were trained by.
        rows: Tells the artifacts they were trained on from others.
        trained: When, in UTC, to the minute.
        age: Runs on other rows since.
    """

    uri: str
    plan: str
    rows: str
    trained: str
    age: int = 0


def is_usable(last: LastTwins | None, *, plan: str, rows: str, every: int) -> bool:
    """Whether this run may do without training: its rows are the same, or it is not yet its turn."""
    if last is None or last.plan != plan:
        return False
    return last.rows == rows or last.age + 1 < every


def read_last(path: str) -> LastTwins | None:
    """What `write_last` wrote; None where there is no such file, or one of another release."""
    if not fileio.exists(path):
        return None
    with fileio.open(path, "r") as file:
        text = file.read()
    try:
        return bind_or_raise(LastTwins, json.loads(text))
    except (ConfigError, json.JSONDecodeError):
        return None  # They are trained anew, which is always right.


def write_last(path: str, last: LastTwins) -> None:
    """Writes it at once: whoever reads finds the old file or the new one."""
    with fileio.open(path + _UNFINISHED, "w") as file:
        file.write(json.dumps(unbind(last), indent=1) + "\n")
    fileio.rename(path + _UNFINISHED, path, overwrite=True)
