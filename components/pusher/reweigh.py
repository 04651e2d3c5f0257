"""Puts other fusion weights beside the model that serves: as a new version, whose other files are the same ones."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil

from components.pusher.errors import CorruptVersionError, ServesAnotherError
from components.pusher.folder import alone, put_version, versions
from components.pusher.policy import PushPolicy
from components.pusher.record import RECORD, VersionRecord, changed_files, read_record, sums, write_record
from components.pusher.settle import settle
from models.fusion.weights import FILE

__all__ = ["reweigh"]


def reweigh(directory: str, policy: PushPolicy, *, text: str, over: int, now_s: int) -> int:
    """Makes a version of the highest one's files, by links to them, and a file of weights; pushes wait meanwhile.

    Args:
        directory: The served folder.
        policy: What follows, as after a push.
        text: What `weights_text` wrote.
        over: The version that must be the highest still.
        now_s: Unix time; the version, unless a higher one is there already.

    Returns:
        The new version, which serves.

    Raises:
        ServesAnotherError: Another is the highest than `over`.
        CorruptVersionError: Its files are not what was pushed.
        ServedFolderError: The folder cannot be written.
    """
    with alone(directory):
        known = versions(directory)
        if known[-1:] != [over]:
            found = f"version {known[-1]}" if known else "none"
            raise ServesAnotherError(
                f"`over` must be the highest version in {directory}, got {over}, but {found} is: another push came "
                "between. Ask again, which judges the weights on what serves now."
            )
        source = os.path.join(directory, str(over))
        if changed := changed_files(source):
            raise CorruptVersionError(
                f"The version that serves must be as it was pushed, but in {source} these files are not: "
                f"{', '.join(changed)}. Put another version back: evenkeel rollback CONFIG --to VERSION."
            )
        before = read_record(source)

        def fill(staging: str) -> None:
            _link_all(source, staging)
            pathlib.Path(staging, FILE).write_text(text, encoding="utf-8")
            own = {FILE: hashlib.sha256(text.encode()).hexdigest()}
            files = sums(staging) if before is None else {**before.files, **own}  # The others were just looked at.
            write_record(staging, VersionRecord(files=files, at_s=now_s))

        version = max(now_s, over + 1)
        put_version(directory, version, fill)
        settle(directory, policy)
    return version


def _link_all(source: str, target: str) -> None:
    """Everything but the weights and the record, which would be written through a link."""
    for path in (path for path in pathlib.Path(source).rglob("*") if path.is_file()):
        place = path.relative_to(source)
        made = pathlib.Path(target, place)
        made.parent.mkdir(parents=True, exist_ok=True)
        if place.as_posix() in (FILE, RECORD):
            continue
        try:
            os.link(path, made)
        except OSError:  # Some file systems have no links.
            shutil.copy2(path, made)
