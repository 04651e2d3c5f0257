"""Puts an earlier version back: as a new highest one, since versions only grow."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
from typing import Final

from components.pusher.errors import NothingToServeError
from components.pusher.folder import alone, put_version, replace_file, versions
from components.pusher.policy import PushPolicy
from components.pusher.record import VersionRecord, changed_files, read_record, sums, write_record
from components.pusher.settle import settle

__all__ = ["RolledBack", "roll_back"]

_UNDER_WAY: Final = ".rolling-back"  # Holds the version that a rollback makes, until everything follows it.


@dataclasses.dataclass(frozen=True)
class RolledBack:
    """What a rollback did.

    Attributes:
        version: The new one, which serves.
        puts_back: The one whose model it is.
        instead_of: The one that served.
    """

    version: int
    puts_back: int
    instead_of: int


def roll_back(directory: str, policy: PushPolicy, *, now_s: int, to: int | None = None) -> RolledBack:
    """Copies an earlier version over what serves, whatever state that is in; pushes wait meanwhile.

    One that was stopped half way is completed when it is asked for again: it does not go back twice.

    Args:
        directory: The served folder.
        policy: What follows, as after a push.
        now_s: Unix time; the version, unless a higher one is there already.
        to: The version to put back; None for the one before what serves, which after a rollback is the one before
            what was put back.

    Raises:
        NothingToServeError: There is no such version, it serves already, or its files are not what was pushed.
        ServedFolderError: The folder cannot be written.
    """
    if not versions(directory):
        raise NothingToServeError(f"`push.directory` must hold versions to go back to, {directory} holds none.")
    with alone(directory):
        known = versions(directory)
        stopped = _stopped(directory, known)
        if stopped is not None and (to is None or _is_of(directory, to, stopped.puts_back)):
            _complete(directory, policy)
            return stopped
        serving = known[-1]
        chosen = _before(directory, known) if to is None else _named(directory, known, to)
        source = os.path.join(directory, str(chosen))
        if changed := changed_files(source):
            raise NothingToServeError(
                f"`to` must be a version whose files are as they were pushed, but in {source} these are not: "
                f"{', '.join(changed)}. Name another."
            )
        origin = _origin(directory, chosen)

        def fill(staging: str) -> None:
            shutil.copytree(source, staging)
            record = VersionRecord(files=sums(staging), at_s=now_s, puts_back=origin, instead_of=serving)
            write_record(staging, record)
            replace_file(directory, _UNDER_WAY, str(version))

        version = max(now_s, serving + 1)
        put_version(directory, version, fill)
        _complete(directory, policy)
    return RolledBack(version, origin, serving)


def _complete(directory: str, policy: PushPolicy) -> None:
    settle(directory, policy)
    os.remove(os.path.join(directory, _UNDER_WAY))


def _stopped(directory: str, known: list[int]) -> RolledBack | None:
    """What the last rollback did, where it was stopped between its version and what follows that."""
    path = pathlib.Path(directory, _UNDER_WAY)
    record = read_record(os.path.join(directory, str(known[-1])))
    if not path.exists() or path.read_text(encoding="utf-8") != str(known[-1]):
        return None
    if record is None or record.puts_back is None or record.instead_of is None:
        return None
    return RolledBack(known[-1], record.puts_back, record.instead_of)


def _is_of(directory: str, version: int, origin: int) -> bool:
    return version in versions(directory) and _origin(directory, version) == origin


def _before(directory: str, known: list[int]) -> int:
    origin = _origin(directory, known[-1])
    earlier = [version for version in known if version < origin]
    if not earlier:
        raise NothingToServeError(
            f"`to` must be named: before version {origin}, which serves, {directory} holds none. "
            f"There are {', '.join(map(str, known))}."
        )
    return earlier[-1]


def _named(directory: str, known: list[int], to: int) -> int:
    if to not in known:
        listed = ", ".join(map(str, known))
        raise NothingToServeError(f"`to` must be a version in {directory}, got {to}. There are {listed}.")
    if _origin(directory, to) == _origin(directory, known[-1]):
        raise NothingToServeError(
            f"`to` must be another version than serves, got {to}: version {known[-1]} is its model."
        )
    return to


def _origin(directory: str, version: int) -> int:
    """The version that was pushed, of what may have been put back."""
    record = read_record(os.path.join(directory, str(version)))
    return version if record is None or record.puts_back is None else record.puts_back
