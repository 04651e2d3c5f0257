"""Takes one version out of a served folder, without a second copy on the disk where links can be had."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import shutil

from components.pusher.publish import versions

__all__ = ["Taken", "take_version"]

_PIECE_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Taken:
    """What was found.

    Attributes:
        version: None where there was none to take.
        fingerprint: Of the names and contents of its files; empty without a version.
        reason: Why there was none; else empty.
    """

    version: int | None
    fingerprint: str = ""
    reason: str = ""


def take_version(directory: str, folder: str, *, version: int | None = None) -> Taken:
    """Links, or copies where it cannot link, the files of a served version into `folder`.

    A served version's files are never written again (see `components.pusher.publish`), so a link keeps what was
    compared after the version itself was removed.

    Args:
        directory: The folder that a model server watches; it may be missing.
        folder: Does not exist yet; not made where there is nothing to take.
        version: Which; None takes the highest, the one that a model server serves.

    Raises:
        OSError: The files cannot be read, or `folder` cannot be written.
    """
    found = versions(directory)
    if version is None and not found:
        return Taken(None, reason=f"nothing serves yet: {directory} holds no version")
    if version is not None and version not in found:
        known = ", ".join(map(str, found[-3:])) or "none"
        return Taken(None, reason=f"version {version} is not in {directory} any more; the last there: {known}")
    taken = found[-1] if version is None else version
    shutil.copytree(os.path.join(directory, str(taken)), folder, copy_function=_link_or_copy)
    return Taken(taken, fingerprint=_fingerprint(pathlib.Path(folder)))


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # Another file system, or one without links.
        shutil.copy2(source, target)


def _fingerprint(folder: pathlib.Path) -> str:
    """16 hexadecimal digits, the same for the same files under the same names."""
    digest = hashlib.sha256()
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    return digest.hexdigest()[:16]
