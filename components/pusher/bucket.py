"""Copies served versions to an object store, where nothing can be renamed: what readers go by is written last."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.pusher.errors import ServedFolderError
from components.pusher.models_config import MODELS_CONFIG
from components.pusher.record import RECORD

__all__ = ["copy_to"]

_PIECE_BYTES = 1 << 20


def copy_to(directory: str, url: str, loaded: Sequence[int]) -> None:
    """Brings a folder of an object store up to what a model server shall load; may be done again after any failure.

    Readers load the versions that `models.config` names, and no other. It is one object, so it is written at once, and
    is written when every version that it names is there whole; a version goes once it is not named any more. Of a
    version its record is written last, so one that has its record is whole and is not written again.

    Args:
        directory: The served folder, with its `models.config`.
        url: The store's folder, in a scheme that Beam knows: gs://, s3:// where its `aws` extra is installed.
        loaded: The versions that `models.config` names.

    Raises:
        ServedFolderError: The store refuses; what was loaded from there can still be.
    """
    base = url.rstrip("/")
    try:
        there = _objects(base)
        for version in loaded:
            if f"{version}/{RECORD}" not in there:
                _copy_version(os.path.join(directory, str(version)), f"{base}/{version}")
        _copy_file(os.path.join(directory, MODELS_CONFIG), f"{base}/{MODELS_CONFIG}")
        _remove(base, [name for name in there if _version(name) not in (None, *loaded)])
    except Exception as error:  # Each store's client has errors of its own, which Beam lets through.
        raise ServedFolderError(
            f"`push.copy_to` must be a folder of an object store that can be written, {base} could not be: {error}. "
            f"What is loaded from there can be still. {directory} has the new version: run again, which copies it."
        ) from error


def _objects(base: str) -> set[str]:
    """Names below `base`."""
    (found,) = FileSystems.match([f"{base}/**"])
    return {item.path.removeprefix(f"{base}/") for item in found.metadata_list}


def _copy_version(folder: str, url: str) -> None:
    places = {path.relative_to(folder).as_posix() for path in pathlib.Path(folder).rglob("*") if path.is_file()}
    for place in [*sorted(places - {RECORD}), RECORD]:
        _copy_file(os.path.join(folder, place), f"{url}/{place}")


def _copy_file(path: str, url: str) -> None:
    plain = CompressionTypes.UNCOMPRESSED  # Else a name that ends in .gz would say otherwise.
    with open(path, "rb") as source, FileSystems.create(url, compression_type=plain) as target:
        while piece := source.read(_PIECE_BYTES):
            target.write(piece)


def _remove(base: str, names: Sequence[str]) -> None:
    """The record first: what has none counts as not there."""
    records = [name for name in names if name.endswith(f"/{RECORD}")]
    for some in (records, [name for name in names if name not in records]):
        if some:
            FileSystems.delete([f"{base}/{name}" for name in sorted(some)])


def _version(name: str) -> int | None:
    first = name.partition("/")[0]
    return int(first) if first.isdigit() else None
