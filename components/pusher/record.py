"""What is written into a version's folder beside the model: who put it there, in place of what, and its files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Final

from components.pusher.folder import EXTRAS
from models.binding import bind_or_raise, unbind

__all__ = ["RECORD", "VersionRecord", "changed_files", "fingerprint", "read_record", "sums", "write_record"]

RECORD: Final = f"{EXTRAS}/version.json"

_MODEL: Final = "saved_model.pb"
_PIECE_BYTES: Final = 1 << 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class VersionRecord:
    """One version, as it was put there.

    Attributes:
        files: SHA-256 of each file by its place in the folder, but for this record.
        at_s: Unix time of the push or rollback.
        run: The run that pushed it; empty without one, as after a rollback.
        puts_back: The version whose model this is, after a rollback.
        instead_of: The version that served before a rollback, whose model is not to come again by itself.
    """

    files: dict[str, str]
    at_s: int
    run: str = ""
    puts_back: int | None = None
    instead_of: int | None = None

    def changed(self, found: Mapping[str, str]) -> tuple[str, ...]:
        """Places whose files are not as they were put there, given the `sums` of what is there now."""
        return tuple(sorted(place for place in {*self.files, *found} if self.files.get(place) != found.get(place)))


def write_record(folder: str, record: VersionRecord) -> None:
    """Writes it where `read_record` looks."""
    path = pathlib.Path(folder, RECORD)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(unbind(record), sort_keys=True, indent=1) + "\n", encoding="utf-8")


def read_record(folder: str) -> VersionRecord | None:
    """What was written; None where there is none to be read, as in a version that was put there by other means."""
    try:
        plain = json.loads(pathlib.Path(folder, RECORD).read_text(encoding="utf-8"))
        return bind_or_raise(VersionRecord, plain)
    except (OSError, ValueError):
        return None


def sums(folder: str) -> dict[str, str]:
    """SHA-256 of every file by its place, but for the record."""
    found = {}
    for path in sorted(item for item in pathlib.Path(folder).rglob("*") if item.is_file()):
        place = path.relative_to(folder).as_posix()
        if place != RECORD:
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    digest.update(piece)
            found[place] = digest.hexdigest()
    return found


def changed_files(folder: str) -> tuple[str, ...]:
    """Where a version's files are not what its record says; without a record, where the model is missing."""
    record = read_record(folder)
    if record is None:
        return () if os.path.isfile(os.path.join(folder, _MODEL)) else (_MODEL,)
    return record.changed(sums(folder))


def fingerprint(found: Mapping[str, str]) -> str:
    """16 hexadecimal digits of `sums`, the same for the same model under the same names, whatever lies beside it."""
    own = [f"{place} {digest}" for place, digest in sorted(found.items()) if place.partition("/")[0] != EXTRAS]
    return hashlib.sha256("\n".join(own).encode()).hexdigest()[:16]
