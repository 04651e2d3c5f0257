"""Puts a model into a served folder as its newest version."""

from __future__ import annotations

import filecmp
import logging
import os
import pathlib
import shutil
from collections.abc import Mapping
from typing import Final

from components.pusher.errors import ServesAnotherError, WithdrawnError
from components.pusher.folder import EXTRAS, alone, put_version, versions
from components.pusher.policy import PushPolicy
from components.pusher.record import VersionRecord, read_record, sums, write_record
from components.pusher.settle import settle

__all__ = ["is_same_model", "publish_version"]

_LOG: Final = logging.getLogger(__name__)


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
    policy: PushPolicy | None = None,
    run: str = "",
) -> str:
    """Copies `model` beside the served versions, then renames it into place: one atomic step for every reader.

    One push at a time: another waits.

    Args:
        model: Folder of a SavedModel.
        directory: The served folder; made when absent.
        now_s: Unix time; the version, unless a higher one is there already.
        beside: Further files by their place in the version's folder.
        over: The version that must be the highest still, or, empty, that there must be none; None asks for nothing.
        policy: What follows; None leaves everything else as it is.
        run: Whose push it is: a version keeps it.

    Returns:
        The new version's folder.

    Raises:
        ServesAnotherError: Another is the highest than `over`.
        WithdrawnError: The model is one that was rolled back.
        ServedFolderError: The folder cannot be written; nothing was changed in what is served.
    """
    with alone(directory):
        known = versions(directory)
        if over is not None and tuple(known[-1:]) != over:
            raise ServesAnotherError(_said(directory, over, known))
        _check_not_withdrawn(model, directory, known)
        version = max([now_s, *(version + 1 for version in known[-1:])])
        if version != now_s:
            _LOG.warning("The clock says %d, but version %d serves: pushed as %d.", now_s, known[-1], version)

        def fill(staging: str) -> None:
            shutil.copytree(model, staging)
            for place, source in (beside or {}).items():
                os.makedirs(os.path.join(staging, os.path.dirname(place)), exist_ok=True)
                shutil.copyfile(source, os.path.join(staging, place))
            write_record(staging, VersionRecord(files=sums(staging), at_s=now_s, run=run))

        final = put_version(directory, version, fill)
        if policy is not None:
            settle(directory, policy)
    return final


def _names(model: str) -> list[str]:
    folder = pathlib.Path(model)
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(name) for name in names if name.parts[0] != EXTRAS)


def _check_not_withdrawn(model: str, directory: str, known: list[int]) -> None:
    """Raises where `model` is what the last rollback took away: the same rows would bring it back every night."""
    records = [read_record(os.path.join(directory, str(version))) for version in known]
    withdrawn = next((it.instead_of for it in reversed(records) if it is not None and it.puts_back is not None), None)
    if withdrawn in known and is_same_model(model, os.path.join(directory, str(withdrawn))):
        raise WithdrawnError(
            f"The model must be another than version {withdrawn} in {directory}, which was rolled back, but is the "
            f"same. If it shall serve after all, ask for that: evenkeel rollback CONFIG --to {withdrawn}."
        )


def _said(directory: str, over: tuple[int, ...], known: list[int]) -> str:
    wanted, found = (f"version {of[-1]}" if of else "no version" for of in (over, known))
    return (
        f"`push.directory` must hold what the model was compared with, {wanted}, as the highest in {directory}, but "
        f"holds {found}: another push came between. Run again, which compares with what serves now."
    )
