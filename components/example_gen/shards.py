"""Writes a shard, whole or not at all."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Iterable
from typing import Final

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.example_gen.assign import PLACE_BYTES
from components.example_gen.derive import Shard
from components.example_gen.tfrecord import framed

__all__ = ["TEMPORARY_FOLDER", "shard_path", "write_shard", "write_text"]

TEMPORARY_FOLDER: Final = "_TEMP"  # Beside the splits, where no reader looks; the executor removes it.

_LEVEL: Final = 4  # Of gzip, 1 to 9: twice as fast as 6 for a tenth more bytes.


def shard_path(folder: str, shard: Shard, num_shards: int) -> str:
    """Where a shard of the artifact in `folder` lies."""
    split, number = shard
    return FileSystems.join(folder, f"Split-{split}", f"data_tfrecord-{number:05d}-of-{num_shards:05d}.gz")


def write_shard(folder: str, path: str, records: Iterable[bytes]) -> None:
    """Writes records, each with its place before it, in the order of places: the same bytes for the same records."""
    ordered = sorted(records)
    temporary = _temporary(folder)
    with (
        FileSystems.create(temporary, compression_type=CompressionTypes.UNCOMPRESSED) as raw,
        # No name and no time in the header: they would differ from run to run.
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as zipped,
    ):
        for record in ordered:
            zipped.write(framed(record[PLACE_BYTES:]))
    FileSystems.rename([temporary], [path])


def write_text(folder: str, path: str, text: str) -> None:
    """Writes `text` as UTF-8."""
    temporary = _temporary(folder)
    with FileSystems.create(temporary, compression_type=CompressionTypes.UNCOMPRESSED) as raw:
        raw.write(text.encode())
    FileSystems.rename([temporary], [path])


def _temporary(folder: str) -> str:
    """A name of its own for each attempt, for a runner may make several at once."""
    return FileSystems.join(folder, TEMPORARY_FOLDER, uuid.uuid4().hex)
