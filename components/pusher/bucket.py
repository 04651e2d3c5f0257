"""Copies served versions to an object store, where nothing can be renamed: what readers go by is written last."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

from components.object_store import ObjectFolder
from components.pusher.errors import ServedFolderError
from components.pusher.models_config import MODELS_CONFIG
from components.pusher.record import RECORD

__all__ = ["copy_to"]


def copy_to(directory: str, url: str, loaded: Sequence[int]) -> None:
    """Brings a folder of an object store up to what a model server shall load; may be done again after any failure.

    Readers load the versions that `models.config` names, and no other. It is one object, so it is written at once, and
    is written when every version that it names is there whole; a version goes once it is not named any more. Of a
    version its record is written last, so one that has its record is whole and is not written again.

    Args:
        directory: The served folder, with its `models.config`.
        url: The store's folder, as `components.object_store` takes it.
        loaded: The versions that `models.config` names.

    Raises:
        ServedFolderError: The store refuses; what was loaded from there can still be.
    """
    try:
        folder = ObjectFolder(url)
        there = folder.names()
        for version in loaded:
            if f"{version}/{RECORD}" not in there:
                _copy_version(folder, os.path.join(directory, str(version)), version)
        folder.write(os.path.join(directory, MODELS_CONFIG), MODELS_CONFIG)
        for version in sorted(_versions(there) - set(loaded)):
            folder.remove(f"{version}/{RECORD}")  # First: what has none counts as not there.
            folder.remove(str(version))
    except (OSError, ValueError) as error:
        raise ServedFolderError(
            f"`push.copy_to` must be a folder of an object store that can be written, {url} could not be: {error}. "
            f"What is loaded from there can be still. {directory} has the new version: run again, which copies it."
        ) from error


def _copy_version(folder: ObjectFolder, path: str, version: int) -> None:
    files = [file for file in pathlib.Path(path).rglob("*") if file.is_file()]
    paths = {f"{version}/{file.relative_to(path).as_posix()}": str(file) for file in files}
    record = paths.pop(f"{version}/{RECORD}")
    folder.write_all(paths)
    folder.write(record, f"{version}/{RECORD}")


def _versions(names: Sequence[str]) -> set[int]:
    first = {name.partition("/")[0] for name in names}
    return {int(name) for name in first if name.isdigit()}
