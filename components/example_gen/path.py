"""Path patterns: files, globs, spans, and files inside installed packages."""

from __future__ import annotations

import importlib.util
import pathlib
import re
from typing import Final

__all__ = ["DATE_PLACEHOLDERS", "SPAN_PLACEHOLDER", "glob_of", "has_dates", "has_spans", "path_problems"]

SPAN_PLACEHOLDER: Final = "{SPAN}"
DATE_PLACEHOLDERS: Final = ("{YYYY}", "{MM}", "{DD}")

_PACKAGE_PREFIX: Final = "package:"
_ANY_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


def path_problems(field: str, path: str) -> list[str]:
    """What is wrong with a path pattern, one sentence each; nothing is looked up."""
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


def has_spans(path: str) -> bool:
    """Whether a pattern tells which span a file belongs to."""
    return SPAN_PLACEHOLDER in path or has_dates(path)


def has_dates(path: str) -> bool:
    """Whether a pattern tells which day a file belongs to."""
    return all(part in path for part in DATE_PLACEHOLDERS)


def located(path: str) -> str:
    """`path`, or where it lies if it is inside an installed package; then an unknown package is left as written."""
    if not path.startswith(_PACKAGE_PREFIX):
        return path
    package, _, rest = path.removeprefix(_PACKAGE_PREFIX).partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    folders = spec.submodule_search_locations if spec else None
    return str(pathlib.Path(next(iter(folders))) / rest) if folders else path


def glob_of(path: str) -> str:
    """The glob that finds every file of a pattern."""
    return _ANY_PLACEHOLDER.sub("*", located(path))
