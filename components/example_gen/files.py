"""Finds the files of a data section, on any file system that Beam knows."""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import hashlib
import itertools
import posixpath
import re
from collections.abc import Sequence
from typing import BinaryIO, Final, cast

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from components.errors import UnusableInputError
from components.example_gen.days import EPOCH, days_read
from components.example_gen.path import DATE_PLACEHOLDERS, SPAN_PLACEHOLDER, glob_of, located
from components.example_gen.source import DataConfig, Format
from components.example_gen.split import EVAL, TRAIN, VALIDATION, FilesSplit, SpanSplit

__all__ = ["InputFile", "find_files", "fingerprint", "num_shards", "open_file"]

SHARD_BYTES: Final = 16 * 2**20
NUM_NAMED: Final = 5  # How many files a message names.
COMPRESSION: Final = 4  # A zipped byte counts as so many.
LAYOUT: Final = 1  # Counts up when equal input comes to make other output, so that a cache does not hide it.

_PATTERNS: Final = {
    SPAN_PLACEHOLDER: r"(?P<span>\d+)",
    "{YYYY}": r"(?P<year>\d{4})",
    "{MM}": r"(?P<month>\d{2})",
    "{DD}": r"(?P<day>\d{2})",
    "**": r".*",
    "*": r"[^/]*",
    "?": r"[^/]",
}


@dataclasses.dataclass(frozen=True)
class InputFile:
    """One file of rows.

    Attributes:
        path: Where it lies.
        size_bytes: As stored.
        changed: When it was last written, in seconds from 1970.
        span: The number or the days from 1970 in its path; 0 where the pattern has no spans.
        split: Where all its rows go; None where each row's cells tell.
    """

    path: str
    size_bytes: int
    changed: float
    span: int
    split: str | None


def find_files(data: DataConfig) -> tuple[InputFile, ...]:
    """Every file of `data`, in the order of paths; raises `UnusableInputError` if a pattern or a day has none."""
    files = _of_days(_matched(data.path), data)
    split = data.split
    if isinstance(split, SpanSplit):
        files = _by_span(files, split)
    if isinstance(split, FilesSplit):
        files = _by_path(files, split)
    return tuple(files)


def fingerprint(files: Sequence[InputFile]) -> str:
    """Changes when a file is added, removed, renamed or written again."""
    digest = hashlib.sha256(repr([(file.path, file.size_bytes, file.changed) for file in files]).encode())
    num_bytes = sum(file.size_bytes for file in files)
    return f"layout:{LAYOUT},num_files:{len(files)},total_bytes:{num_bytes},sha256:{digest.hexdigest()}"


def num_shards(files: Sequence[InputFile], data: DataConfig) -> int:
    """How many files each split is written to: the same for the same input, whoever reads it."""
    num_bytes = 0
    for file in files:
        zipped = file.path.endswith(".gz") or data.format is Format.PARQUET
        num_bytes += file.size_bytes * (COMPRESSION if zipped else 1)
    return max(1, -(-num_bytes // SHARD_BYTES))


def open_file(path: str) -> BinaryIO:
    """The unzipped bytes of a file."""
    stream = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
    return cast(BinaryIO, _Unzipped(stream) if path.endswith(".gz") else stream)


def _of_days(files: list[InputFile], data: DataConfig) -> list[InputFile]:
    if not data.has_date:
        return files
    if data.run_date is None:
        problem = f"`run_date` must be given to read {data.window_days} days of `{data.path}`, got none"
        raise UnusableInputError([f"{problem}: set `data.run_date`."])
    found = {file.span for file in files}
    days = days_read(data.path, found, run_date=data.run_date, window_days=data.window_days)
    return [file for file in files if file.span in days]


def _by_span(files: Sequence[InputFile], split: SpanSplit) -> list[InputFile]:
    newest = sorted({file.span for file in files}, reverse=True)
    names = dict.fromkeys(newest[: split.eval_spans + (split.validation_spans or 0)], VALIDATION)
    names |= dict.fromkeys(newest[: split.eval_spans], EVAL)
    return [dataclasses.replace(file, split=names.get(file.span, TRAIN)) for file in files]


def _by_path(files: Sequence[InputFile], split: FilesSplit) -> list[InputFile]:
    parts = {"path": (TRAIN, files), "eval_path": (EVAL, _matched(split.eval_path))}
    if split.validation_path is not None:
        parts["validation_path"] = (VALIDATION, _matched(split.validation_path))
    for (first, (_, some)), (second, (_, others)) in itertools.combinations(parts.items(), 2):
        shared = sorted({file.path for file in some} & {file.path for file in others})
        if shared:
            problem = f"{len(shared)} file(s) are found by both `{first}` and `{second}`"
            named = ", ".join(shared[:NUM_NAMED])
            raise UnusableInputError([f"{problem}: {named}. A row must be in one split, so narrow one of them."])
    return [dataclasses.replace(file, split=name) for name, found in parts.values() for file in found]


class _Unzipped(gzip.GzipFile):
    """Closes what it reads from, which `GzipFile` leaves open."""

    def __init__(self, zipped: BinaryIO) -> None:
        self._zipped = zipped
        super().__init__(fileobj=zipped, mode="rb")

    def close(self) -> None:
        super().close()
        self._zipped.close()


def _matched(path: str) -> list[InputFile]:
    try:
        (result,) = FileSystems.match([glob_of(path)])
    except BeamIOError as error:
        problem = f"`{path}` cannot be looked up: {error}. Check the path and its permissions."
        raise UnusableInputError([problem]) from error
    pattern = _pattern(located(path))
    files = []
    for found in sorted(result.metadata_list, key=lambda item: item.path):
        match = pattern.fullmatch(found.path)
        if match and not posixpath.basename(found.path).startswith(("_", ".")):  # Markers such as _SUCCESS.
            span = _span(match.groupdict(), found.path)
            files.append(InputFile(found.path, found.size_in_bytes, found.last_updated_in_seconds, span, None))
    if not files:
        problem = f"no file is found by `{path}`. Correct the path; a relative one starts in the folder you run in."
        raise UnusableInputError([problem])
    return files


def _pattern(path: str) -> re.Pattern[str]:
    """What a file found by the glob of `path` must look like, with a group for each part of its span."""
    seen: set[str] = set()

    def translated(match: re.Match[str]) -> str:
        part = match[0]
        if part.startswith("["):
            return part
        if part in seen and part in (SPAN_PLACEHOLDER, *DATE_PLACEHOLDERS):
            return _PATTERNS[part].replace("?P<", "?P=").split(">")[0] + ")"  # The same span as before.
        seen.add(part)
        return _PATTERNS.get(part) or re.escape(part)

    return re.compile(re.sub(r"\{[A-Z]+\}|\*\*|\*|\?|\[[^]]+\]|.", translated, path, flags=re.DOTALL))


def _span(groups: dict[str, str], path: str) -> int:
    if "span" in groups:
        return int(groups["span"])
    if "year" not in groups:
        return 0
    try:
        return (datetime.date(int(groups["year"]), int(groups["month"]), int(groups["day"])) - EPOCH).days
    except ValueError as error:
        raise UnusableInputError([f"`{path}` names no date: {error}. Rename the file."]) from error
