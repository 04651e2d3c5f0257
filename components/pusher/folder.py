"""A served folder: its versions, and the one step by which a version comes or goes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from typing import Final

from components.pusher.errors import ServedFolderError

__all__ = ["EXTRAS", "STAGING_PREFIX", "alone", "put_version", "remove_version", "replace_file", "versions"]

EXTRAS: Final = "assets.extra"  # Of a SavedModel: what lies beside the model, and is no part of it.
STAGING_PREFIX: Final = ".staging-"  # A model server reads only names that are numbers.

_LOCK: Final = ".pushing"


def versions(directory: str) -> list[int]:
    """The versions in a served folder, ascending."""
    folder = pathlib.Path(directory)
    names = [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    return sorted(int(name) for name in names if name.isdigit())


@contextlib.contextmanager
def alone(directory: str) -> Iterator[None]:
    """Waits until nobody else changes the folder, made when absent, and clears what a killed one left half done.

    Raises:
        ServedFolderError: It cannot be written; or a step within could not be.
    """
    try:
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, _LOCK), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # Closing gives it back, and so does dying.
            for name in os.listdir(directory):
                if name.startswith(STAGING_PREFIX):
                    shutil.rmtree(os.path.join(directory, name), ignore_errors=True)
            yield
    except ServedFolderError:  # It says already what could not be written.
        raise
    except OSError as error:
        raise ServedFolderError(
            f"`push.directory` must be a folder that can be written, {directory} could not be: {error}. What served "
            "there still serves; mend that, and run again."
        ) from error


def put_version(directory: str, version: int, fill: Callable[[str], None]) -> str:
    """Makes a version appear by one rename, once all its files are on the disk; only within `alone`.

    Args:
        directory: The served folder.
        version: Its number, which no other has.
        fill: Is given a path where there is nothing yet, and makes the version's folder there.

    Returns:
        The version's folder.
    """
    staging = os.path.join(directory, f"{STAGING_PREFIX}{uuid.uuid4().hex}")
    final = os.path.join(directory, str(version))
    try:
        fill(staging)
        _sync(staging)
        os.rename(staging, final)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _sync_folder(directory)
    return final


def remove_version(directory: str, version: int) -> None:
    """Makes a version disappear by one rename, before its files go one by one; only within `alone`."""
    leaving = os.path.join(directory, f"{STAGING_PREFIX}{uuid.uuid4().hex}")
    os.rename(os.path.join(directory, str(version)), leaving)
    shutil.rmtree(leaving, ignore_errors=True)  # What stays is cleared by the next one who is alone.


def replace_file(directory: str, name: str, text: str) -> None:
    """Puts a file in the folder in one step; only within `alone`."""
    path = os.path.join(directory, name)
    staging = f"{path}.new"
    with open(staging, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staging, path)
    _sync_folder(directory)


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
