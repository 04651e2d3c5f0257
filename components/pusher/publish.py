"""Makes a model version appear in a served folder whole or not at all."""

from __future__ import annotations

import os
import pathlib
import shutil
import uuid
from collections.abc import Mapping
from typing import Final

__all__ = ["STAGING_PREFIX", "publish_version", "versions"]

STAGING_PREFIX: Final = ".staging-"  # A model server reads only names that are numbers.


def versions(directory: str) -> list[int]:
    """The versions in a served folder, ascending."""
    folder = pathlib.Path(directory)
    names = [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    return sorted(int(name) for name in names if name.isdigit())


def publish_version(model: str, directory: str, *, now_s: int, beside: Mapping[str, str] | None = None) -> str:
    """Copies `model` beside the served versions, then renames it into place: one atomic step for every reader.

    Args:
        model: Folder of a SavedModel.
        directory: The served folder; made when absent.
        now_s: Unix time; the version, unless a higher one is there already.
        beside: Further files by their place in the version's folder.

    Returns:
        The new version's folder.

    Raises:
        OSError: The copy failed; nothing was changed in what is served.
    """
    os.makedirs(directory, exist_ok=True)
    version = max([now_s, *(known + 1 for known in versions(directory))])
    staging = os.path.join(directory, f"{STAGING_PREFIX}{uuid.uuid4().hex}")
    try:
        shutil.copytree(model, staging)
        for place, source in (beside or {}).items():
            os.makedirs(os.path.join(staging, os.path.dirname(place)), exist_ok=True)
            shutil.copyfile(source, os.path.join(staging, place))
        _sync(staging)
        final = os.path.join(directory, str(version))
        os.rename(staging, final)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _sync_folder(directory)
    return final


def _sync(folder: str) -> None:
    """Forces every file below `folder` to the disk, so that a rename never outlives its content."""
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                os.fsync(file.fileno())
        _sync_folder(place)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
