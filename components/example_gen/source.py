"""Where rows come from and how they are written there."""

from __future__ import annotations

import dataclasses
import enum
import re
from typing import Final

from models.errors import raise_if_any

__all__ = ["DATE_PLACEHOLDERS", "PACKAGE_PREFIX", "SPAN_PLACEHOLDER", "DataSource", "Format", "Whitespace"]

SPAN_PLACEHOLDER: Final = "{SPAN}"
DATE_PLACEHOLDERS: Final = ("{YYYY}", "{MM}", "{DD}")
PACKAGE_PREFIX: Final = "package:"  # `package:tfx/examples/x.csv` is a file inside the installed package tfx.

_ANY_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


class Format(enum.Enum):
    """How a file holds its rows. A name that ends in `.gz` is gzipped CSV or TFRecord."""

    CSV = "csv"
    TFRECORD = "tfrecord"
    PARQUET = "parquet"


class Whitespace(enum.Enum):
    """What becomes of spaces around a CSV cell."""

    KEEP = "keep"
    STRIP = "strip"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataSource:
    """Files of rows.

    Attributes:
        format: How a file holds its rows.
        path: A file, a glob, or a pattern with `{SPAN}` or with `{YYYY}`, `{MM}` and `{DD}`; `package:NAME/rest` is
            inside an installed Python package.
        columns: The names of a headerless CSV's columns, in order; empty where the first row holds them.
        delimiter: The character between CSV cells.
        missing: CSV cells that mean "not known", compared after `whitespace`.
        whitespace: Whether spaces around a CSV cell belong to it.
    """

    format: Format
    path: str
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    missing: tuple[str, ...] = ("",)
    whitespace: Whitespace = Whitespace.KEEP

    def __post_init__(self) -> None:
        raise_if_any("source", [*path_problems("path", self.path), *self._csv_problems()])

    @property
    def has_spans(self) -> bool:
        """Whether the path tells which span a file belongs to."""
        return SPAN_PLACEHOLDER in self.path or all(part in self.path for part in DATE_PLACEHOLDERS)

    def _csv_problems(self) -> list[str]:
        problems = []
        if self.columns and self.format is not Format.CSV:
            problems.append(f"`columns` is for a headerless CSV, got it with {self.format.value}: leave it out.")
        doubled = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if doubled:
            problems.append(f"`columns` must be unique, got {', '.join(doubled)} more than once.")
        if len(self.delimiter.encode()) != 1 or self.delimiter in '"\r\n':
            wanted = "one ASCII character other than a quote or a line end"
            problems.append(f"`delimiter` must be {wanted}, got {self.delimiter!r}.")
        return problems


def path_problems(field: str, path: str) -> list[str]:
    """What is wrong with a path pattern; nothing is looked up."""
    if not path:
        return [f"`{field}` must name a file, a glob or a span pattern, got an empty string."]
    problems = []
    dates = [part for part in DATE_PLACEHOLDERS if part in path]
    if dates and len(dates) < len(DATE_PLACEHOLDERS):
        problems.append(f"`{field}` must hold all of {', '.join(DATE_PLACEHOLDERS)} or none, got {path!r}.")
    if dates and SPAN_PLACEHOLDER in path:
        problems.append(f"`{field}` must hold either {SPAN_PLACEHOLDER} or a date, got both in {path!r}.")
    unknown = sorted(set(_ANY_PLACEHOLDER.findall(path)) - {SPAN_PLACEHOLDER, *DATE_PLACEHOLDERS})
    if unknown:
        known = ", ".join((SPAN_PLACEHOLDER, *DATE_PLACEHOLDERS))
        problems.append(f"`{field}` must hold no placeholder but {known}, got {', '.join(unknown)}.")
    return problems
