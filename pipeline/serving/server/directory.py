"""The version directories under a model's base path."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from typing import Final

__all__ = ["VersionDirectory", "newest_first"]

MODEL_FILE: Final = "saved_model.pb"
MAX_VERSION: Final = 2**63 - 1

Fingerprint = tuple[tuple[str, int, int], ...]


@dataclasses.dataclass(frozen=True)
class VersionDirectory:
    """One version as it lies on disk.

    Attributes:
        version: The number that is the directory's name.
        path: The directory.
        fingerprint: Path, size and modification time of every file in it; it differs once the files have changed.
    """

    version: int
    path: pathlib.Path
    fingerprint: Fingerprint


def newest_first(base_path: pathlib.Path) -> list[VersionDirectory]:
    """Finds the versions to serve, the highest number first.

    Left out: names that are not numbers, and directories without a `saved_model.pb`, which are still being copied.
    An unreadable or missing base path holds none: it may come back.
    """
    try:
        names = os.listdir(base_path)
    except OSError:
        return []
    numbered = {int(name): base_path / name for name in sorted(names) if name.isascii() and name.isdigit()}
    found = [
        VersionDirectory(version, path, fingerprint)
        for version, path in numbered.items()
        if version <= MAX_VERSION and (fingerprint := fingerprint_of(path)) is not None
    ]
    return sorted(found, key=lambda directory: directory.version, reverse=True)


def fingerprint_of(path: pathlib.Path) -> Fingerprint | None:
    """The files of a version directory; `None` without a model file, or when files vanish while being listed."""
    listed = []
    try:
        if not (path / MODEL_FILE).is_file():
            return None
        for folder, _, names in os.walk(path):
            for name in names:
                file = pathlib.Path(folder, name)
                status = file.stat()
                listed.append((str(file.relative_to(path)), status.st_size, status.st_mtime_ns))
    except OSError:
        return None
    return tuple(sorted(listed))
