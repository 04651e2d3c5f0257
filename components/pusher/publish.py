"""Makes a model version appear in a served folder whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import os
import pathlib
import shutil
import uuid
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["EXTRAS", "STAGING_PREFIX", "ServesAnotherError", "is_same_model", "publish_version", "versions"]

STAGING_PREFIX: Final = ".staging-"  # A model server reads only names that are numbers.

EXTRAS: Final = "assets.extra"  # Of a SavedModel: what lies beside the model, and is no part of it.

_LOCK: Final = ".pushing"


class ServesAnotherError(RuntimeError):
    """What serves is no more what the model was compared with; nothing was changed."""


def versions(directory: str) -> list[int]:
    """The versions in a served folder, ascending."""
    folder = pathlib.Path(directory)
    names = [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    return sorted(int(name) for name in names if name.isdigit())


def is_same_model(model: str, other: str) -> bool:
    """Whether two folders of SavedModels hold the same files with the same bytes, `EXTRAS` aside."""
    names = _names(model)
    return names == _names(other) and not any(filecmp.cmpfiles(model, other, names, shallow=False)[1:])


def publish_version(
    model: str,
    directory: str,
    *,
    now_s: int,
    beside: Mapping[str, str] | None = None,
    over: tuple[int, ...] | None = None,
) -> str:
    """Copies `model` beside the served versions, then renames it into place: one atomic step for every reader.

    One push at a time: another waits.

    Args:
        model: Folder of a SavedModel.
        directory: The served folder; made when absent.
        now_s: Unix time; the version, unless a higher one is there already.
        beside: Further files by their place in the version's folder.
        over: The version that must be the highest still, or, empty, that there must be none; None asks for nothing.

    Returns:
        The new version's folder.

    Raises:
        ServesAnotherError: Another is the highest than `over`.
        OSError: The copy failed; nothing was changed in what is served.
    """
    os.makedirs(directory, exist_ok=True)
    staging = os.path.join(directory, f"{STAGING_PREFIX}{uuid.uuid4().hex}")
    try:
        _stage(model, staging, beside or {})
        with _alone(directory):
            known = versions(directory)
            if over is not None and tuple(known[-1:]) != over:
                raise ServesAnotherError(_said(directory, over, known))
            final = os.path.join(directory, str(max([now_s, *(version + 1 for version in known)])))
            os.rename(staging, final)
    except (OSError, ServesAnotherError):
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _sync_folder(directory)
    return final


def _names(model: str) -> list[str]:
    folder = pathlib.Path(model)
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(name) for name in names if name.parts[0] != EXTRAS)


def _stage(model: str, staging: str, beside: Mapping[str, str]) -> None:
    shutil.copytree(model, staging)
    for place, source in beside.items():
        os.makedirs(os.path.join(staging, os.path.dirname(place)), exist_ok=True)
        shutil.copyfile(source, os.path.join(staging, place))
    _sync(staging)


@contextlib.contextmanager
def _alone(directory: str) -> Iterator[None]:
    """Waits until no other process or thread is about to rename."""
    with open(os.path.join(directory, _LOCK), "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Closing gives it back.
        yield


def _said(directory: str, over: tuple[int, ...], known: list[int]) -> str:
    wanted, found = (f"version {of[-1]}" if of else "no version" for of in (over, known))
    return (
        f"`push.directory` must hold what the model was compared with, {wanted}, as the highest in {directory}, but "
        f"holds {found}: another push came between. Run again, which compares with what serves now."
    )


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
