"""Takes one version out of a served folder, without a second copy on the disk where links can be had."""

from __future__ import annotations

import dataclasses
import os
import shutil
from typing import Final

from components.pusher.errors import CorruptVersionError
from components.pusher.folder import versions
from components.pusher.record import fingerprint, read_record, sums

__all__ = ["HIGHEST", "OLDEST", "Taken", "take_version"]

HIGHEST: Final = "highest"  # What a model server serves.
OLDEST: Final = "oldest"


@dataclasses.dataclass(frozen=True)
class Taken:
    """What was found.

    Attributes:
        version: None where there was none to take.
        fingerprint: Of the names and contents of its files; empty without a version.
        reason: Why there was none; else empty.
        nothing_serves: Whether there is no version at all yet.
    """

    version: int | None
    fingerprint: str = ""
    reason: str = ""
    nothing_serves: bool = False


def take_version(directory: str, folder: str, *, which: str = HIGHEST) -> Taken:
    """Links, or copies where it cannot link, the files of a served version into `folder`.

    A served version's files are never written again (see `components.pusher.publish`), so a link keeps what was
    compared after the version itself was removed.

    Args:
        directory: The folder that a model server watches; it may be missing.
        folder: Does not exist yet; not made where there is nothing to take.
        which: `HIGHEST`, `OLDEST` of those still there, or a version's number.

    Raises:
        CorruptVersionError: The version's files are not what was pushed.
        OSError: The files cannot be read, or `folder` cannot be written.
    """
    found = versions(directory)
    if not found and which in (HIGHEST, OLDEST):
        return Taken(None, reason=f"nothing serves yet: {directory} holds no version", nothing_serves=True)
    if which in (HIGHEST, OLDEST):
        taken = found[-1] if which == HIGHEST else found[0]
    elif int(which) in found:
        taken = int(which)
    else:
        # Pinned, so it has served: where there is none at all, the folder was emptied, or is not mounted.
        known = ", ".join(map(str, found[-3:])) or "none"
        return Taken(None, reason=f"version {which} is not in {directory} any more; the last there: {known}")
    served = os.path.join(directory, str(taken))
    record, files = read_record(served), sums(served)
    if record is not None and (changed := record.changed(files)):
        raise CorruptVersionError(
            f"Version {taken} must be as it was pushed, but in {served} these files are not: {', '.join(changed)}. "
            "`evenkeel rollback CONFIG` puts the version before it back."
        )
    shutil.copytree(served, folder, copy_function=_link_or_copy)
    return Taken(taken, fingerprint=fingerprint(files))


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # Another file system, or one without links.
        shutil.copy2(source, target)
